//! Arguments from JSON: what a run that is started by name is given. Every wrong, missing and unknown name is told at once.

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;
use tidegate_core::Parameters;

use crate::definition::Definition;
use crate::nearest::nearest;

/// The parameters do not fit the flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidParameters {
    flow: String,
    problems: Vec<String>,
}

impl InvalidParameters {
    /// What is wrong, one sentence for each parameter.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}

impl fmt::Display for InvalidParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "flow '{}' cannot be called with these parameters: {}",
            self.flow,
            self.problems.join("; ")
        )
    }
}

impl std::error::Error for InvalidParameters {}

/// Takes the arguments of a call out of parameters, one after the other.
#[derive(Debug)]
pub struct Arguments<'a> {
    definition: &'a Definition,
    parameters: &'a Parameters,
    problems: Vec<String>,
}

impl<'a> Arguments<'a> {
    /// The arguments for one call.
    #[must_use]
    pub fn new(definition: &'a Definition, parameters: &'a Parameters) -> Self {
        Self { definition, parameters, problems: Vec::new() }
    }

    /// One argument: as given, or its default. What is wrong is kept for [`finish`](Self::finish).
    pub fn take<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&Value) -> Result<T, Cow<'static, str>>,
        default: Option<fn() -> T>,
    ) -> Option<T> {
        match (self.parameters.get(name), default) {
            (Some(value), _) => match read(value) {
                Ok(argument) => Some(argument),
                Err(problem) => {
                    self.problems.push(format!("`{name}`: {problem}"));
                    None
                }
            },
            (None, Some(default)) => Some(default()),
            (None, None) => {
                self.problems.push(format!("`{name}` is missing and has no default"));
                None
            }
        }
    }

    /// # Errors
    ///
    /// Every problem found, and every name that is not an argument of the flow.
    pub fn finish(mut self) -> Result<(), InvalidParameters> {
        for (name, _) in self.parameters.iter() {
            if !self.definition.parameters().iter().any(|parameter| parameter.name == name) {
                let near =
                    nearest(name, self.definition.parameters().iter().map(|known| &*known.name));
                let near = near.first().map(|near| format!("; did you mean `{near}`?"));
                let near = near.unwrap_or_default();
                self.problems.push(format!("`{name}` is not a parameter of the flow{near}"));
            }
        }
        if self.problems.is_empty() {
            return Ok(());
        }
        Err(InvalidParameters { flow: self.definition.name().to_owned(), problems: self.problems })
    }
}
