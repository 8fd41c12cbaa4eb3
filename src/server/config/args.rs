//! The flags, with the environment and the file behind them, and how they become a [`Config`].

use std::{env, ffi::OsString, net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Command, CommandFactory, FromArgMatches, Parser};

use super::{
    Config, Limits, OtherServer, RelayConfig, Secret, SecretSource, Stop, file, ice_server::parse_ice_server,
    relay::RelayArgs, tls::TlsArgs,
};
use crate::settings::Timeouts;

/// A private phone for the browser: people who open the page see each other and can call each other. The
/// server only introduces them; voice and video go from browser to browser.
#[derive(Parser)]
#[command(name = "tincan", version)]
struct Args {
    /// File with settings, in TOML; docs/configuration.md lists them. A flag or a variable comes before what stands in it
    #[arg(long, env = "TINCAN_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,

    /// Address and port to listen on [default: 127.0.0.1:3000]
    #[arg(long, env = "TINCAN_LISTEN", value_name = "ADDRESS", value_parser = parse_listen)]
    listen: Option<SocketAddr>,

    /// Address and port that tell whoever runs the server how it is, such as 127.0.0.1:9464: /healthz, /readyz, and
    /// /metrics for Prometheus. They name nobody, and are not meant for everybody
    #[arg(long, env = "TINCAN_METRICS_LISTEN", value_name = "ADDRESS|off", default_value = "off")]
    #[arg(value_parser = parse_listen_or_off)]
    metrics_listen: OrOff,

    /// Whether there is a lobby: a public room for everybody who opens the page
    #[arg(long, env = "TINCAN_LOBBY", value_name = "on|off", default_value = "on", value_parser = parse_switch)]
    lobby: Switch,

    /// A server that helps browsers find a path to each other: stun:HOST:PORT, or
    /// turn:HOST:PORT,USERNAME,CREDENTIAL, or turn:HOST:PORT,secret=SECRET where it makes its own from a secret that it
    /// shares with this program (coturn's static-auth-secret). May be given more than once (in the environment: separated by
    /// spaces), besides the relay of this program
    #[arg(long = "ice-server", env = "TINCAN_ICE_SERVERS", value_name = "SERVER", value_delimiter = ' ')]
    #[arg(value_parser = parse_ice_server, hide_env_values = true)]
    ice_servers: Vec<OtherServer>,

    /// What tickets are signed with: at least 16 characters that nobody can guess. With it people keep their
    /// place when the server starts again. Without it, one is made and kept in a file
    #[arg(long, env = "TINCAN_SECRET", value_name = "TEXT", value_parser = Secret::parse, hide_env_values = true)]
    secret: Option<Secret>,

    /// Directory of the file tincan.secret, when no secret is given, and of a certificate that is made here
    #[arg(long, env = "TINCAN_SECRET_DIR", value_name = "DIRECTORY", default_value = ".")]
    secret_dir: PathBuf,

    /// An origin besides the server's own whose pages may connect, such as https://phone.example. May be
    /// given more than once (in the environment: separated by spaces)
    #[arg(long = "allow-origin", env = "TINCAN_ALLOW_ORIGINS", value_name = "ORIGIN", value_delimiter = ' ')]
    #[arg(value_parser = parse_origin)]
    origins: Vec<String>,

    /// Whether a proxy stands in front and says in X-Forwarded-For who connects
    #[arg(long, env = "TINCAN_BEHIND_PROXY", value_name = "on|off", default_value = "off", value_parser = parse_switch)]
    behind_proxy: Switch,

    /// What to log: error, warn, info, debug or trace. From debug on there are addresses and nicknames in it
    #[arg(long, env = "TINCAN_LOG", value_name = "LEVEL", default_value = "info")]
    log: String,

    /// Directory of the front end, as cargo-leptos builds it [default: what is in the program, or target/site]
    #[arg(long, env = "TINCAN_SITE_ROOT", value_name = "DIRECTORY")]
    site_root: Option<PathBuf>,

    /// A wait that is to be other than usual, in milliseconds, such as ring=60000. May be given more than once
    /// (in the environment: separated by commas). The names are below
    #[arg(long = "timeout", env = "TINCAN_TIMEOUTS", value_name = "NAME=MS", value_delimiter = ',')]
    #[arg(value_parser = parse_timeout)]
    timeouts: Vec<(String, Duration)>,

    /// Whether every call is to go through a relay, so that nobody learns anybody else's address
    #[arg(long, env = "TINCAN_RELAY_ONLY", value_name = "on|off", default_value = "off", value_parser = parse_switch)]
    relay_only: Switch,

    #[command(flatten)]
    tls: TlsArgs,

    #[command(flatten)]
    relay: RelayArgs,

    #[command(flatten)]
    limits: Limits,
}

/// A `bool` would be a flag without a value.
#[derive(Clone, Copy)]
pub(super) struct Switch(pub bool);

#[derive(Clone, Copy)]
pub(super) struct OrOff(pub Option<SocketAddr>);

pub(super) fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Config, Stop> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let parse = |command: Command| Args::from_arg_matches(&command.try_get_matches_from(&arguments)?);
    let mut args = parse(command())?;
    if let Some(file) = &args.config {
        args = parse(file::take_defaults(command(), file)?)?;
    }
    let default = Config::default();
    let mut timeouts = Timeouts::default();
    for (name, value) in &args.timeouts {
        timeouts.set(name, *value);
    }
    let mut relay = RelayConfig::from(args.relay);
    if args.relay_only.0 && !args.ice_servers.iter().any(|it| it.server.relays()) {
        if relay.listen.is_empty() {
            return Err(Stop::Wrong(
                "--relay-only needs a relay: --relay on, or an --ice-server that is one.".into(),
            ));
        }
        relay.is_asked_for = true;
    }
    let (tls, http_listen) = args.tls.read(&args.secret_dir)?;
    Ok(Config {
        listen: args
            .listen
            .or_else(|| from_cargo_leptos("LEPTOS_SITE_ADDR")?.parse().ok())
            .unwrap_or(default.listen),
        metrics_listen: args.metrics_listen.0,
        tls,
        http_listen,
        lobby: args.lobby.0,
        limits: args.limits,
        timeouts,
        ice_servers: args.ice_servers,
        relay,
        relay_only: args.relay_only.0,
        secret: args.secret.map_or(SecretSource::Directory(args.secret_dir), SecretSource::Given),
        origins: args.origins,
        behind_proxy: args.behind_proxy.0,
        log: args.log,
        site_root: args.site_root.or_else(|| from_cargo_leptos("LEPTOS_SITE_ROOT").map(PathBuf::from)),
    })
}

pub(super) fn command() -> Command {
    Args::command().after_help(table_of_timeouts())
}

/// `cargo leptos serve` says in these where it expects the server.
fn from_cargo_leptos(name: &str) -> Option<String> {
    env::var(name).ok()
}

fn table_of_timeouts() -> String {
    let defaults = serde_json::to_value(Timeouts::default()).unwrap_or_default();
    let row = |name: &&str| format!("  {name:<15} {:>10}", defaults[*name]);
    let rows: Vec<String> = Timeouts::NAMES.iter().map(row).collect();
    format!("Timeouts, in milliseconds (PROTOCOL.md says what each is for):\n{}", rows.join("\n"))
}

pub(super) fn parse_listen(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| "it must be an IP address with a port, such as 127.0.0.1:3000 or [::]:3000".into())
}

pub(super) fn parse_listen_or_off(text: &str) -> Result<OrOff, String> {
    match parse_switch(text) {
        Ok(Switch(false)) => Ok(OrOff(None)),
        _ => parse_listen(text).map(|address| OrOff(Some(address))),
    }
}

pub(super) fn parse_switch(text: &str) -> Result<Switch, String> {
    match text {
        "on" | "true" | "yes" | "1" => Ok(Switch(true)),
        "off" | "false" | "no" | "0" => Ok(Switch(false)),
        _ => Err("it must be on or off".into()),
    }
}

fn parse_timeout(text: &str) -> Result<(String, Duration), String> {
    let (name, value) = text.split_once('=').ok_or("it must look like ring=60000")?;
    let value = value.parse().map_err(|_| "the time must be a number of milliseconds")?;
    let value = Duration::from_millis(value);
    match Timeouts::default().set(name, value) {
        Some(()) => Ok((name.to_owned(), value)),
        None => Err(format!("there is no such timeout; there are {}", Timeouts::NAMES.join(", "))),
    }
}

/// What browsers put into the header: scheme and host, nothing behind.
fn parse_origin(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains('/') => Ok(text.to_ascii_lowercase()),
        _ => Err("it must look like https://phone.example, without anything behind the host".into()),
    }
}
