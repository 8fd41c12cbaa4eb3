//! The configuration file: TOML (version 1.0.0), in which each setting has the name of its environment variable, in
//! small letters and without `TINCAN_`.
//!
//! What stands there takes the place of the default: so a flag beats the environment, and that beats the file.

use std::{error::Error, fs, ops::Range, path::Path};

use clap::{Arg, ArgAction, Command, builder::Resettable};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::Stop;

/// Gives the command the defaults that stand in the file.
///
/// # Errors
/// When the file cannot be read, or something in it is no setting or has a value that the flag would not take.
pub(super) fn take_defaults(mut command: Command, file: &Path) -> Result<Command, Stop> {
    let name = file.display();
    let text =
        fs::read_to_string(file).map_err(|error| Stop::Wrong(format!("{name} cannot be read: {error}.")))?;
    let wrong = |span: Range<usize>, what: &str| {
        let line = 1 + text.bytes().take(span.start).filter(|byte| *byte == b'\n').count();
        Stop::Wrong(format!("{name}, line {line}: {what}."))
    };
    let table = DeTable::parse(&text)
        .map_err(|error| wrong(error.span().unwrap_or_default(), &error.message().replace('\n', ", ")))?;
    for (found, value) in table.get_ref() {
        let key_is_this = |arg: &&Arg| key(arg).as_ref().is_some_and(|key| key == found.get_ref());
        let arg = command.get_arguments().find(key_is_this).cloned().ok_or_else(|| {
            wrong(
                found.span(),
                &format!("there is no setting called {}; --help lists them all", found.get_ref()),
            )
        })?;
        let values =
            values(&arg, value).map_err(|(span, why)| wrong(span, &format!("{}: {why}", found.get_ref())))?;
        command = command.mut_arg(arg.get_id(), |arg| arg.default_values(values));
    }
    Ok(command)
}

/// What a setting is called in the file; the file itself is called nothing there.
pub(super) fn key(arg: &Arg) -> Option<String> {
    let variable = arg.get_env()?.to_str()?;
    variable.strip_prefix("TINCAN_").filter(|name| *name != "CONFIG").map(str::to_lowercase)
}

/// Where it is wrong, and why.
type Wrong = (Range<usize>, String);

/// As the flag would be given, once for each; all of them right.
fn values(arg: &Arg, value: &Spanned<DeValue>) -> Result<Vec<String>, Wrong> {
    let is_list = matches!(arg.get_action(), ArgAction::Append);
    let texts: Vec<_> = match value.get_ref() {
        DeValue::Array(items) if is_list => items.iter().map(|item| (item.span(), text(item))).collect(),
        DeValue::Table(entries) if is_list => entries
            .iter()
            .map(|(name, value)| (name.span(), text(value).map(|text| format!("{}={text}", name.get_ref()))))
            .collect(),
        _ => vec![(value.span(), text(value))],
    };
    let mut values = Vec::with_capacity(texts.len());
    for (span, text) in texts {
        let taken = text.and_then(|text| check(arg, text));
        values.push(taken.map_err(|why| (span, why))?);
    }
    Ok(values)
}

fn text(value: &Spanned<DeValue>) -> Result<String, String> {
    match value.get_ref() {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Integer(number) => Ok(number.to_string()),
        DeValue::Boolean(is_on) => Ok(if *is_on { "on" } else { "off" }.to_owned()),
        _ => Err("it must be a text, a whole number, true or false".to_owned()),
    }
}

/// Asks clap, and keeps the value out of the answer: it may be a secret.
fn check(arg: &Arg, text: String) -> Result<String, String> {
    let alone = arg.clone().env(Resettable::Reset).long("value");
    let given = format!("--value={text}");
    match Command::new("file").no_binary_name(true).arg(alone).try_get_matches_from([given]) {
        Ok(_) => Ok(text),
        Err(error) => {
            Err(error.source().map_or_else(|| "it has no such value".to_owned(), |source| source.to_string()))
        }
    }
}
