//! The server's program.

use std::{env, process::ExitCode};

#[tokio::main]
async fn main() -> ExitCode {
    match tincan::server::start(env::args_os()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => stop.report(),
    }
}
