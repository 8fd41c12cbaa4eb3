//! Why the program does not start.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::error::ErrorKind;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Help or the version was asked for; here it is.
    Help(String),
    /// One sentence about what is wrong.
    Wrong(String),
}

impl Stop {
    /// Says it to whoever started the program.
    #[must_use]
    pub fn report(&self) -> ExitCode {
        // Nobody is left to be told when this cannot be written.
        let (_, code) = match self {
            Self::Help(text) => (write!(io::stdout(), "{text}"), ExitCode::SUCCESS),
            Self::Wrong(sentence) => (writeln!(io::stderr(), "tincan: {sentence}"), ExitCode::from(2)),
        };
        code
    }
}

impl From<clap::Error> for Stop {
    fn from(error: clap::Error) -> Self {
        let text = error.render().to_string();
        if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
            return Self::Help(text);
        }
        let first = text.lines().next().unwrap_or_default();
        Self::Wrong(format!("{}. --help explains every option.", first.trim_start_matches("error: ")))
    }
}
