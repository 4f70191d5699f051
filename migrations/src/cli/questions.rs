//! Asking on a terminal what only the user knows, with the likely answer first.

use std::io;
use std::path::PathBuf;

use dialoguer::theme::ColorfulTheme;
use dialoguer::{Input, Select};
use orm_core::schema::{FieldState, Literal, ModelName, ModelState};

use super::literal;
use crate::detect::{NoAnswers, Questions};
use crate::error::{Error, NeedsFill, Result};

/// Where questions are asked.
pub(super) trait Ask {
    /// Which of some answers it is, by its position.
    fn choose(&mut self, question: &str, answers: &[String]) -> io::Result<usize>;

    /// A text for which `check` has nothing to say.
    fn text(&mut self, question: &str, check: &dyn Fn(&str) -> Result<(), String>) -> io::Result<String>;
}

/// The terminal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terminal;

impl Terminal {
    /// The terminal, whose cursor comes back when somebody breaks off at a question.
    pub(super) fn new() -> Self {
        // Where another handler is set already, that one counts.
        let _ = ctrlc::set_handler(break_off);
        Terminal
    }
}

/// Ends the program as one that was interrupted, with the cursor that a question hides.
fn break_off() {
    // Where the terminal is gone there is no cursor either.
    let _ = dialoguer::console::Term::stderr().show_cursor();
    std::process::exit(130);
}

impl Ask for Terminal {
    fn choose(&mut self, question: &str, answers: &[String]) -> io::Result<usize> {
        let select = Select::with_theme(&ColorfulTheme::default()).with_prompt(question).items(answers).default(0).interact();
        select.map_err(into_io)
    }

    fn text(&mut self, question: &str, check: &dyn Fn(&str) -> Result<(), String>) -> io::Result<String> {
        let theme = ColorfulTheme::default();
        let input = Input::<String>::with_theme(&theme).with_prompt(question).allow_empty(true);
        input.validate_with(|text: &String| check(text)).interact_text().map_err(into_io)
    }
}

fn into_io(error: dialoguer::Error) -> io::Error {
    let dialoguer::Error::IO(error) = error;
    if error.kind() == io::ErrorKind::Interrupted {
        // The handler may come later than what it interrupts.
        break_off();
    }
    error
}

/// Answers by asking.
#[derive(Debug)]
pub(super) struct Asking<A>(pub(super) A);

impl<A: Ask> Asking<A> {
    /// Which of the candidates it was, or none of them.
    fn one_of<T>(&mut self, question: &str, candidates: Vec<(String, T)>, another: String) -> Result<Option<T>> {
        let (mut answers, mut meant): (Vec<String>, Vec<Option<T>>) =
            candidates.into_iter().map(|(answer, value)| (answer, Some(value))).unzip();
        answers.push(another);
        meant.push(None);
        let chosen = self.0.choose(question, &answers).map_err(unanswered)?;
        Ok(meant.into_iter().nth(chosen).flatten())
    }
}

fn unanswered(source: io::Error) -> Error {
    Error::Io { path: PathBuf::from("the terminal"), source }
}

impl<A: Ask> Questions for Asking<A> {
    fn renamed_model(&mut self, new: &ModelState, candidates: &[&ModelState]) -> Result<Option<ModelName>> {
        let question = format!("The model {} is new. Was it another one until now?", new.name);
        let answers = candidates.iter().map(|old| (format!("It was renamed from {}", old.name), old.name.clone())).collect();
        self.one_of(&question, answers, format!("It is another one; {} removed", gone(candidates.len())))
    }

    fn renamed_field(&mut self, model: &ModelName, new: &FieldState, candidates: &[&FieldState]) -> Result<Option<String>> {
        let question = format!("The field {} of {model} is new. Was it another one until now?", new.name);
        let answers = candidates.iter().map(|old| (format!("It was renamed from {}", old.name), old.name.clone())).collect();
        self.one_of(&question, answers, format!("It is another one; {} removed", gone(candidates.len())))
    }

    fn fill(&mut self, model: &ModelName, field: &FieldState, why: NeedsFill) -> Result<Option<Literal>> {
        let question = format!("The field {} of {model} {why}. What do the rows that are there have in it?", field.name);
        let mut answers = vec!["A value that I give now".to_owned()];
        if why == NeedsFill::NoLongerNull {
            answers.push("There will be no NULL when the migration is applied".to_owned());
        }
        answers.push("Nothing: I change the model".to_owned());
        match (self.0.choose(&question, &answers).map_err(unanswered)?, why) {
            (0, _) => {
                let prompt = format!("The value ({}), or sql: and an expression", literal::shape(&field.kind));
                let check = |text: &str| literal::of(field, text).map(|_| ());
                let text = self.0.text(&prompt, &check).map_err(unanswered)?;
                match literal::of(field, &text) {
                    Ok(value) => Ok(Some(value)),
                    Err(_) => NoAnswers.fill(model, field, why),
                }
            }
            (1, NeedsFill::NoLongerNull) => Ok(None),
            _ => NoAnswers.fill(model, field, why),
        }
    }
}

fn gone(count: usize) -> &'static str {
    if count == 1 { "the old one is" } else { "the old ones are" }
}
