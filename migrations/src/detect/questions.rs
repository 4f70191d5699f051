//! What only the user knows.

use std::collections::BTreeMap;

use orm_core::schema::{FieldState, Literal, ModelName, ModelState};

use crate::error::{Error, NeedsFill, Result};

/// Who answers what only the user knows: a terminal, the options of a command, or nobody.
pub trait Questions {
    /// Which of the models that are gone the new model was until now; none if it is another one. The likely ones come first.
    ///
    /// # Errors
    /// [`Error::RenamedModel`] where there is no answer.
    fn renamed_model(&mut self, new: &ModelState, candidates: &[&ModelState]) -> Result<Option<ModelName>>;

    /// Which of the fields that are gone the new field was until now; none if it is another one. The likely ones come first.
    ///
    /// # Errors
    /// [`Error::RenamedField`] where there is no answer.
    fn renamed_field(&mut self, model: &ModelName, new: &FieldState, candidates: &[&FieldState]) -> Result<Option<String>>;

    /// What the rows that are there have in a field. For one that may no longer be NULL none says that there will be no row with a NULL
    /// when the migration is applied.
    ///
    /// # Errors
    /// [`Error::Fill`] where there is no answer.
    fn fill(&mut self, model: &ModelName, field: &FieldState, why: NeedsFill) -> Result<Option<Literal>>;
}

/// Nobody answers, as without a terminal: each question is an error that says what there is to choose from, and what to write.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoAnswers;

impl Questions for NoAnswers {
    fn renamed_model(&mut self, new: &ModelState, candidates: &[&ModelState]) -> Result<Option<ModelName>> {
        let candidates = candidates.iter().map(|model| model.name.clone()).collect();
        Err(Error::RenamedModel { model: new.name.clone(), candidates })
    }

    fn renamed_field(&mut self, model: &ModelName, new: &FieldState, candidates: &[&FieldState]) -> Result<Option<String>> {
        let candidates = candidates.iter().map(|field| field.name.clone()).collect();
        Err(Error::RenamedField { model: model.clone(), field: new.name.clone(), candidates })
    }

    fn fill(&mut self, model: &ModelName, field: &FieldState, why: NeedsFill) -> Result<Option<Literal>> {
        Err(Error::Fill { model: model.clone(), field: field.name.clone(), why })
    }
}

/// Answers that were given beforehand; what they leave open is an error.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answers {
    /// For a new model its old name, or none if it is another one.
    pub models: BTreeMap<ModelName, Option<ModelName>>,
    /// For a new field its old name, or none if it is another one.
    pub fields: BTreeMap<(ModelName, String), Option<String>>,
    /// For a field what the rows that are there have in it, or none where there will be no NULL.
    pub fills: BTreeMap<(ModelName, String), Option<Literal>>,
}

impl Questions for Answers {
    fn renamed_model(&mut self, new: &ModelState, candidates: &[&ModelState]) -> Result<Option<ModelName>> {
        match self.models.get(&new.name) {
            Some(answer) => Ok(answer.clone()),
            None => NoAnswers.renamed_model(new, candidates),
        }
    }

    fn renamed_field(&mut self, model: &ModelName, new: &FieldState, candidates: &[&FieldState]) -> Result<Option<String>> {
        match self.fields.get(&(model.clone(), new.name.clone())) {
            Some(answer) => Ok(answer.clone()),
            None => NoAnswers.renamed_field(model, new, candidates),
        }
    }

    fn fill(&mut self, model: &ModelName, field: &FieldState, why: NeedsFill) -> Result<Option<Literal>> {
        match self.fills.get(&(model.clone(), field.name.clone())) {
            Some(answer) => Ok(answer.clone()),
            None => NoAnswers.fill(model, field, why),
        }
    }
}
