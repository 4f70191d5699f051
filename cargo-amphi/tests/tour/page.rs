//! A page of the guide: text, files and commands.

use std::fmt::Write;

/// A page.
pub(crate) struct Page {
    pub(crate) blocks: Vec<Block>,
}

/// A part of a page.
pub(crate) enum Block {
    /// What is only read.
    Text(String),
    /// A block of code behind `<!-- file: path -->`: what the file is from here on.
    File { path: String, text: String },
    /// A block `console`: commands, and what they print. Behind `<!-- keys: .. -->` it answers questions.
    Commands { keys: Vec<String>, commands: Vec<Command> },
}

pub(crate) struct Command {
    pub(crate) line: String,
    pub(crate) printed: String,
}

impl Page {
    pub(crate) fn read(written: &str) -> Page {
        let mut blocks = Vec::new();
        let mut lines = written.lines();
        let (mut file, mut keys): (Option<String>, Vec<String>) = (None, Vec::new());
        while let Some(line) = lines.next() {
            let said = |what: &str| line.strip_prefix("<!-- ")?.strip_prefix(what)?.strip_suffix(" -->").map(str::to_owned);
            file = said("file: ").or(file);
            if let Some(pressed) = said("keys: ") {
                keys = pressed.split(' ').map(str::to_owned).collect();
            }
            blocks.push(Block::Text(line.to_owned()));
            if !line.starts_with("```") {
                continue;
            }
            let inside: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            if line == "```console" {
                blocks.push(Block::Commands { keys: std::mem::take(&mut keys), commands: commands(&inside) });
            } else if let Some(path) = file.take() {
                blocks.push(Block::File { path, text: lines_of(&inside) });
            } else {
                blocks.extend(inside.iter().map(|line| Block::Text((*line).to_owned())));
            }
            blocks.push(Block::Text("```".to_owned()));
        }
        Page { blocks }
    }

    pub(crate) fn print(&self) -> String {
        let mut text = String::new();
        for block in &self.blocks {
            match block {
                Block::Text(line) => writeln!(text, "{line}").unwrap(),
                Block::File { text: inside, .. } => text.push_str(inside),
                Block::Commands { commands, .. } => {
                    for command in commands {
                        write!(text, "$ {}\n{}", command.line, command.printed).unwrap();
                    }
                }
            }
        }
        text
    }
}

fn commands(lines: &[&str]) -> Vec<Command> {
    let mut commands: Vec<Command> = Vec::new();
    for line in lines {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(line), _) => commands.push(Command { line: line.to_owned(), printed: String::new() }),
            (None, Some(command)) => writeln!(command.printed, "{line}").unwrap(),
            (None, None) => panic!("a block of commands begins with `$ `: {line}"),
        }
    }
    commands
}

fn lines_of(lines: &[&str]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}
