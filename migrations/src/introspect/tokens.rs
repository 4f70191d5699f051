//! SQL taken apart, as far as SQLite's catalogue and the comparison of conditions need it.

/// A piece of SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    /// A name in quotes, without them.
    Quoted(String),
    /// A word or number, as it is written.
    Word(String),
    /// A text or blob, with its quotes.
    Text(String),
    /// A sign.
    Sign(char),
}

/// A piece of SQL, and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    pub(crate) token: Token,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Placed {
    /// Whether it is this word, in whatever letters.
    pub(crate) fn is(&self, word: &str) -> bool {
        matches!(&self.token, Token::Word(written) if written.eq_ignore_ascii_case(word))
    }

    pub(crate) fn is_sign(&self, sign: char) -> bool {
        self.token == Token::Sign(sign)
    }

    /// The name that it is, quoted or not.
    pub(crate) fn name(&self) -> Option<&str> {
        match &self.token {
            Token::Quoted(name) | Token::Word(name) => Some(name),
            // SQLite takes a text for a name where a name must stand.
            Token::Text(text) => text.strip_prefix('\'')?.strip_suffix('\''),
            Token::Sign(_) => None,
        }
    }
}

/// The pieces of SQL, without spaces and comments.
pub(crate) fn tokens(sql: &str) -> Vec<Placed> {
    let mut all = Vec::new();
    let mut rest = sql.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        let token = match first {
            _ if first.is_whitespace() => continue,
            '-' if rest.peek().is_some_and(|(_, next)| *next == '-') => {
                while rest.next().is_some_and(|(_, letter)| letter != '\n') {}
                continue;
            }
            '/' if rest.peek().is_some_and(|(_, next)| *next == '*') => {
                let mut before = ' ';
                rest.next();
                for (_, letter) in rest.by_ref() {
                    if before == '*' && letter == '/' {
                        break;
                    }
                    before = letter;
                }
                continue;
            }
            '"' | '`' | '[' | '\'' => {
                let close = if first == '[' { ']' } else { first };
                let mut inside = String::new();
                while let Some((_, letter)) = rest.next() {
                    if letter == close {
                        // A quote that stands twice is one of the text.
                        if close != ']' && rest.peek().is_some_and(|(_, next)| *next == close) {
                            rest.next();
                        } else {
                            break;
                        }
                    }
                    inside.push(letter);
                }
                if first == '\'' { Token::Text(format!("'{inside}'")) } else { Token::Quoted(inside) }
            }
            _ if first.is_alphanumeric() || first == '_' => {
                let mut word = String::from(first);
                while let Some((_, letter)) = rest.peek() {
                    let is_number = word.starts_with(|letter: char| letter.is_ascii_digit());
                    if letter.is_alphanumeric() || matches!(letter, '_' | '$') || (*letter == '.' && is_number) {
                        word.push(*letter);
                        rest.next();
                    } else {
                        break;
                    }
                }
                Token::Word(word)
            }
            sign => Token::Sign(sign),
        };
        let end = rest.peek().map_or(sql.len(), |(end, _)| *end);
        all.push(Placed { token, start, end });
    }
    all
}

/// The part of the pieces between the parenthesis that the first of them opens and the one that closes it, and what stands behind.
pub(crate) fn parenthesized(tokens: &[Placed]) -> Option<(&[Placed], &[Placed])> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        if token.is_sign('(') {
            depth += 1;
        } else if token.is_sign(')') {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some((tokens.get(1..at)?, tokens.get(at + 1..)?));
            }
        } else if depth == 0 {
            return None;
        }
    }
    None
}

/// What stands between commas that are not within parentheses.
pub(crate) fn between_commas(tokens: &[Placed]) -> Vec<&[Placed]> {
    let mut depth = 0_i32;
    tokens
        .split(|token| {
            match token.token {
                Token::Sign('(') => depth += 1,
                Token::Sign(')') => depth -= 1,
                _ => {}
            }
            depth == 0 && token.is_sign(',')
        })
        .collect()
}

/// The text that pieces were taken from.
pub(crate) fn source<'s>(sql: &'s str, tokens: &[Placed]) -> &'s str {
    match (tokens.first(), tokens.last()) {
        (Some(first), Some(last)) => sql.get(first.start..last.end).unwrap_or_default(),
        _ => "",
    }
}

/// Whether two pieces of SQL are the same but for spaces, the quotes of names, large and small letters of words, and parentheses
/// around the whole.
pub(crate) fn is_same_sql(one: &str, other: &str) -> bool {
    fn words(sql: &str) -> Vec<Token> {
        let all = tokens(sql);
        let mut inner = all.as_slice();
        while let Some((inside, [])) = parenthesized(inner) {
            inner = inside;
        }
        let word = |token: &Placed| match &token.token {
            Token::Quoted(word) | Token::Word(word) => Token::Word(word.to_lowercase()),
            other => other.clone(),
        };
        inner.iter().map(word).collect()
    }
    words(one) == words(other)
}

#[cfg(test)]
mod tests {
    use super::{between_commas, is_same_sql, parenthesized, source, tokens};

    #[test]
    fn sql_is_taken_apart() {
        let sql = "( a -- not, this\n, 'it''s, (' /* , */, \"x\"\"(y\", f(1, 2.5) )rest";
        let all = tokens(sql);
        let (inside, behind) = parenthesized(&all).unwrap_or_default();
        let parts: Vec<&str> = between_commas(inside).into_iter().map(|part| source(sql, part)).collect();
        assert_eq!(parts, ["a", "'it''s, ('", "\"x\"\"(y\"", "f(1, 2.5)"]);
        assert_eq!(source(sql, behind), "rest");
        assert_eq!(all.get(5).and_then(|token| token.name()), Some("x\"(y"));
        assert!(parenthesized(&tokens("((1)")).is_none() && parenthesized(&tokens("1)")).is_none() && tokens("").is_empty());
    }

    #[test]
    fn the_same_sql_is_recognised() {
        assert!(is_same_sql("((\"pages\" >=  0))", "Pages >= 0"));
        assert!(!is_same_sql("pages >= 0", "pages >= 1"));
        assert!(!is_same_sql("name = 'A'", "name = 'a'"));
        assert!(!is_same_sql("(a) OR (b)", "a) OR (b"));
    }
}
