//! What attackers write, made of its parts.

use std::collections::BTreeSet;

/// What ends a literal, a name or a character: quotes of all databases and alphabets, backslashes, and characters whose last byte is
/// one in another encoding (GBK takes `0xbf27` apart, Shift JIS `0x835c`).
const BREAKS: [&str; 30] = [
    "",
    "'",
    "\"",
    "`",
    "''",
    "\\'",
    "\\\"",
    "\\",
    "\\\\'",
    "')",
    "'))",
    "\")",
    "`)",
    "]",
    "$$",
    "$q$",
    "%",
    "%'",
    "_",
    "\0",
    "\0'",
    "\r\n'",
    "\u{1a}'",
    "縗'",
    "¿'",
    "ソ'",
    "\u{2019}",
    "\u{ff07}",
    "\u{2bc}",
    "\u{202e}'",
];

/// What is meant to run then.
const TAILS: [&str; 24] = [
    " OR 1=1",
    " OR '1'='1",
    " OR \"\"=\"",
    " OR TRUE",
    "; DROP TABLE canary",
    "; DELETE FROM canary; COMMIT",
    "; UPDATE canary SET text = 'x'",
    " UNION SELECT 1, 2, 3",
    " UNION ALL SELECT NULL, text, NULL FROM canary",
    " AND SLEEP(5)",
    " AND (SELECT 1 FROM pg_sleep(5)) IS NULL",
    " AND randomblob(1000000000) IS NULL",
    "||(SELECT text FROM canary LIMIT 1)||",
    " AND EXTRACTVALUE(1, CONCAT(0x7e, VERSION()))",
    " AND 1=CAST(VERSION() AS int)",
    " INTO OUTFILE '/tmp/canary'",
    "; ATTACH DATABASE '/tmp/canary' AS canary",
    "; COPY canary TO PROGRAM 'true'",
    " RETURNING *",
    " LIMIT 0 OFFSET 1",
    " ORDER BY 100",
    " = ? AND $1 = :x AND @x = @@version",
    " {0} {} %s %(x)s ${x} #{x} \\1",
    " ESCAPE '\\' COLLATE nocase",
];

/// What hides the rest of the statement.
const ENDS: [&str; 3] = ["", "-- ", "/*#;"];

/// What is known by itself.
const KNOWN: [&str; 99] = [
    // Probes of every tool.
    "1 OR 1=1",
    "1; SELECT 1",
    "admin'--",
    "admin' #",
    "admin'/*",
    "' or ''='",
    "') or ('1'='1",
    "' HAVING 1=1--",
    "' GROUP BY 1--",
    "1' AND '1'='2",
    "-1 UNION SELECT 1,@@version",
    "'; EXEC xp_cmdshell('dir')--",
    "'; WAITFOR DELAY '0:0:5'--",
    "' AND 1=(SELECT COUNT(*) FROM canary)--",
    "1 AND ASCII(SUBSTR((SELECT text FROM canary),1,1))>64",
    "1 RLIKE (SELECT 1)",
    "'+(SELECT 1)+'",
    "'-0-'",
    "1 PROCEDURE ANALYSE()",
    "/*!50000 OR 1=1*/",
    "/**/OR/**/1=1",
    "'/**/OR/**/'1'/**/LIKE/**/'1",
    "%00' OR 1=1",
    "%27%20OR%201=1",
    "%2527",
    "&#39; OR 1=1",
    "\\x27 OR 1=1",
    "\\u0027 OR 1=1",
    "U&'\\0027'",
    "E'\\''",
    "x'27'",
    "0x27",
    "_gbk 0xbf27",
    "CHAR(39)",
    "CHR(39)||'",
    "N'x'",
    "B'1'",
    "$1",
    "?",
    "?1",
    ":x",
    "@x",
    "$x",
    "??",
    "?|",
    "?&",
    "$1 ? :x",
    "'$1'",
    "{\"?\": \"$1\"}",
    // Shapes of what Django has had to mend: keys of documents, names of annotations, kinds of dates, delimiters, options.
    "a' = 1) OR (1=1",
    "a\") OR 1=1--",
    "$.a",
    "$[*]",
    "$.\"a\"[0]",
    "$.a')) OR 1=1--",
    "{a,b}",
    "a'->>'b",
    "key\\\"",
    "[\"'\"]",
    "year",
    "year') FROM letter--",
    "day FROM text) FROM letter; --",
    "epoch'||(SELECT 1)||'",
    "-') AS x FROM letter--",
    "_connector",
    "_negated",
    "OR 1=1 OR",
    "id__exact",
    "text__contains",
    "stamp__code",
    "x\" FROM letter; --",
    "x\".\"y",
    "x`.`y",
    "count(*) FROM canary--",
    "text AS x, 1",
    "FORMAT JSON",
    "ANALYZE true",
    "pg_catalog.version()",
    // Patterns, of LIKE and of regular expressions.
    "%",
    "_",
    "\\%",
    "\\_",
    "%_\\%'",
    "[a-z]%",
    "!%",
    "(",
    "[",
    "*",
    "a{1,",
    "(?i)x",
    "(?P<n>x)",
    "(a+)+$",
    "^.*$",
    "\\",
    "\\Q'\\E",
    "[[:alpha:]]",
    "(*NUL)",
    // What is a word elsewhere.
    "NULL",
    "DEFAULT",
];

/// Texts of this many bytes.
const LONG: usize = 64 * 1024;

/// At least 2,000 texts, none twice, the same at each run; none is empty.
pub fn payloads() -> Vec<String> {
    let mut all = BTreeSet::new();
    for start in BREAKS {
        for tail in TAILS {
            all.extend(ENDS.map(|end| format!("x{start}{tail}{end}")));
        }
        all.insert(format!("{start}x{start}"));
    }
    all.extend(KNOWN.map(str::to_owned));
    for piece in ["'", "\"", "`", "\\", "?", "$1 ", "%", "ł", "' OR 1=1; -- ", "((((", "\0", "{\"a\":"] {
        all.insert(piece.repeat(LONG / piece.len()));
    }
    let all: Vec<String> = all.into_iter().collect();
    assert!(all.len() >= 2_000, "{} payloads", all.len());
    assert!(all.iter().all(|payload| !payload.is_empty()));
    all
}

/// Bytes that are a quote in one encoding and none in another, and text in none.
pub fn bytes() -> Vec<Vec<u8>> {
    let broken: [&[u8]; 8] =
        [b"\xbf'", b"\xbf\\'", b"\x83\\'", b"\xc0\xa7", b"\xe0\x80\xa7", b"\xff\xfe'\0", b"\xed\xa0\xbd'", b"\0\x1a\\'\"`%_\r\n"];
    let tail = b" OR 1=1; DROP TABLE canary; -- ";
    broken.iter().map(|start| [*start, tail].concat()).collect()
}
