use super::{args::command, *};

fn read(arguments: &[&str]) -> Result<Config, Stop> {
    let program = [OsString::from("tincan")].into_iter();
    Config::from_args(program.chain(arguments.iter().map(OsString::from)))
}

fn complaint(arguments: &[&str]) -> String {
    match read(arguments) {
        Err(Stop::Wrong(sentence)) => sentence,
        other => panic!("{arguments:?} gave {other:?}"),
    }
}

#[test]
fn without_flags_everything_has_its_default() {
    let config = read(&[]).unwrap();
    assert_eq!(format!("{config:?}"), format!("{:?}", Config::default()));
}

#[test]
fn every_flag_is_heard() {
    let config = read(&[
        "--listen=0.0.0.0:80",
        "--lobby=off",
        "--ice-server=stun:stun.example:3478",
        "--ice-server=turn:relay.example:3478,ada,se,cret",
        "--secret=0123456789abcdef",
        "--allow-origin=https://Phone.example",
        "--behind-proxy=on",
        "--timeout=ring=200",
        "--max-rooms=7",
        "--relay-listen=127.0.0.1:3479",
        "--relay-host=relay.example",
        "--relay-ports=50000-50999",
        "--relay-allow=10.0.0.0/8",
        "--relay-allow=fd00::/8",
    ])
    .unwrap();
    assert_eq!(config.listen, SocketAddr::from(([0, 0, 0, 0], 80)));
    assert!(!config.lobby && config.behind_proxy);
    assert_eq!(config.ice_servers[1].server.credential.as_deref(), Some("se,cret"));
    assert_eq!(config.origins, ["https://phone.example"]);
    assert_eq!(config.timeouts.ring.as_millis(), 200);
    assert_eq!(config.limits.rooms(), 7);
    let relay = &config.relay;
    assert!(relay.is_asked_for && relay.listen == [SocketAddr::from(([127, 0, 0, 1], 3479))]);
    assert_eq!((relay.host.as_deref(), relay.ports.clone()), (Some("relay.example"), 50000..=50999));
    assert_eq!(relay.allow.len(), 2);
}

#[test]
fn a_relay_is_there_unless_it_is_switched_off_and_needed_only_when_it_is_asked_for() {
    let relay = |arguments: &[&str]| read(arguments).unwrap().relay;
    assert!(
        relay(&["--relay=off"]).listen.is_empty()
            && relay(&["--relay=off", "--relay-listen=[::1]:1"]).listen.is_empty()
    );
    assert!(relay(&["--relay-only=on"]).is_asked_for);
    let elsewhere =
        relay(&["--relay=off", "--relay-only=on", "--ice-server=turn:relay.example:1,ada,secret"]);
    assert!(elsewhere.listen.is_empty(), "there is another one");
    assert!(complaint(&["--relay=off", "--relay-only=on"]).contains("--relay-only needs a relay"));
    let by_default = relay(&[]);
    assert!(by_default.listen.len() == 2 && !by_default.is_asked_for);
    assert!(relay(&["--relay=on"]).is_asked_for && relay(&["--relay=on"]).listen == by_default.listen);
}

#[test]
fn a_wrong_value_is_answered_with_one_sentence() {
    for (wrong, says) in [
        ("--listen=localhost", "IP address with a port"),
        ("--lobby=perhaps", "on or off"),
        ("--ice-server=relay.example", "must look like"),
        ("--ice-server=turn:relay.example", "needs credentials"),
        ("--ice-server=http:relay.example", "must begin with"),
        ("--secret=short", "at least 16"),
        ("--allow-origin=phone.example", "must look like"),
        ("--timeout=patience=5", "no such timeout"),
        ("--timeout=ring=soon", "number of milliseconds"),
        ("--max-rooms=0", "max-rooms"),
        ("--relay-host=relay.example:3478", "without a port"),
        ("--relay-ports=2-1", "must look like"),
        ("--relay-allow=home", "must look like"),
        ("--tls=perhaps", "off, self-signed or files"),
        ("--tls=files", "needs both"),
        ("--tls-name=phone.example", "--tls self-signed"),
        ("--tls-name=phone.example:3000", "without a port"),
        ("--tls-cert=cert.pem", "--tls files"),
        ("--http-listen=127.0.0.1:80", "needs --tls"),
        ("--nonsense", "nonsense"),
    ] {
        let sentence = complaint(&[wrong]);
        assert!(sentence.contains(says), "{wrong}: {sentence}");
        assert_eq!(sentence.lines().count(), 1, "{sentence}");
    }
}

#[test]
fn help_explains_every_flag_and_names_every_timeout() {
    let Err(Stop::Help(help)) = read(&["--help"]) else { panic!("no help") };
    let command = command();
    for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
        let flag = argument.get_long().map(|name| format!("--{name}")).expect("each has a name");
        let words = argument.get_help().map(ToString::to_string).unwrap_or_default();
        assert!(words.len() > 15 && help.contains(&flag), "{flag} is explained as {words:?}");
    }
    for name in Timeouts::NAMES {
        assert!(help.contains(name), "{name} is missing");
    }
    for (name, _) in Limits::TABLE {
        assert!(help.contains(&name.replace('_', "-")), "{name} is missing");
    }
}

#[test]
fn https_is_there_when_it_is_asked_for() {
    assert!(read(&["--tls=off", "--http-listen=off"]).unwrap().tls.is_none());
    let arguments =
        ["--secret-dir=/kept", "--tls=self-signed", "--tls-name=Phone.example", "--tls-name=[fd00::5]"];
    let TlsSource::SelfSigned { directory, names } = read(&arguments).unwrap().tls.unwrap().source else {
        panic!("another certificate")
    };
    let names: Vec<_> = names.iter().map(|name| name.to_str()).collect();
    assert_eq!((directory, names.join(" ")), (PathBuf::from("/kept"), "phone.example fd00::5".to_owned()));
    let text = "tls = \"files\"\ntls_cert = \"a.pem\"\ntls_key = \"b.pem\"\nhttp_listen = \"[::]:80\"";
    let config = read_file("tls", text, &[]).unwrap();
    let TlsSource::Files { certificate, key } = config.tls.unwrap().source else {
        panic!("another certificate")
    };
    assert_eq!((certificate, key), (PathBuf::from("a.pem"), PathBuf::from("b.pem")));
    assert_eq!(config.http_listen.unwrap().port(), 80);
}

/// What a file says, with flags before it.
fn read_file(name: &str, text: &str, arguments: &[&str]) -> Result<Config, Stop> {
    let file = std::env::temp_dir().join(format!("tincan-{name}-{}.toml", std::process::id()));
    std::fs::write(&file, text).unwrap();
    let flag = format!("--config={}", file.display());
    let config = read(&[&[flag.as_str()], arguments].concat());
    std::fs::remove_file(&file).unwrap();
    config
}

#[test]
fn a_file_says_what_flags_say_and_a_flag_comes_first() {
    let text = r#"
        listen = "0.0.0.0:80"
        metrics_listen = "127.0.0.1:9464"
        lobby = false
        behind_proxy = "on"
        ice_servers = ["stun:stun.example:3478", "turn:relay.example:3478,ada,se,cret"]
        secret = "0123456789abcdef"
        max_rooms = 1_0
        message_burst = 9

        [timeouts]
        ring = 200
        grace = 300
    "#;
    let config = read_file("all", text, &["--max-rooms=7"]).unwrap();
    assert_eq!(config.listen, SocketAddr::from(([0, 0, 0, 0], 80)));
    assert_eq!(config.metrics_listen, Some(SocketAddr::from(([127, 0, 0, 1], 9464))));
    assert!(!config.lobby && config.behind_proxy);
    assert_eq!(config.ice_servers[1].server.credential.as_deref(), Some("se,cret"));
    assert!(matches!(config.secret, SecretSource::Given(_)));
    assert_eq!((config.limits.rooms(), config.limits.messages().burst.get()), (7, 9));
    assert_eq!((config.timeouts.ring.as_millis(), config.timeouts.grace.as_millis()), (200, 300));
    assert_eq!(config.timeouts.hello, Timeouts::default().hello);
}

#[test]
fn a_wrong_file_is_answered_with_its_line_and_key() {
    for (name, text, line, says) in [
        ("key", "lobby = true\nlobbies = 1", 2, "there is no setting called lobbies"),
        ("itself", "config = \"x\"", 1, "there is no setting called config"),
        ("table", "[limits]\nmax_rooms = 1", 1, "there is no setting called limits"),
        ("zero", "\n\nmax_rooms = 0", 3, "max_rooms: "),
        ("listen", "listen = 3000", 1, "listen: it must be an IP address with a port"),
        ("kind", "listen = 1.5", 1, "listen: it must be a text"),
        ("list", "listen = [\"127.0.0.1:1\"]", 1, "listen: it must be a text"),
        ("item", "ice_servers = [\n\"stun:a:1\",\n\"ftp:b\"]", 3, "ice_servers: it must begin with"),
        ("timeout", "[timeouts]\nring = 1\npatience = 5", 3, "timeouts: there is no such timeout"),
        ("secret", "secret = \"hush\"", 1, "secret: it must have at least 16"),
        ("syntax", "lobby = true\nlobby", 2, ""),
        ("twice", "lobby = true\nlobby = true", 2, ""),
    ] {
        let Err(Stop::Wrong(sentence)) = read_file(name, text, &[]) else { panic!("{text} is taken") };
        assert!(sentence.contains(&format!(".toml, line {line}: {says}")), "{text}: {sentence}");
        assert_eq!(sentence.lines().count(), 1, "{sentence}");
        assert!(!sentence.contains("hush"), "{sentence}");
    }
    assert!(complaint(&["--config=/nowhere.toml"]).contains("/nowhere.toml cannot be read"));
}

#[test]
fn the_documentation_lists_every_setting_with_its_default() {
    let document = include_str!("../../../docs/configuration.md");
    let command = command();
    let mut rows = Vec::new();
    for arg in command.get_arguments() {
        let (flag, variable) = (arg.get_long().unwrap(), arg.get_env().unwrap().to_str().unwrap());
        let key = file::key(arg).map_or("none".to_owned(), |key| format!("`{key}`"));
        let default = match (flag, arg.get_default_values()) {
            ("listen", _) => format!("`{}`", Config::default().listen),
            ("site-root", _) => format!("`{}`", SITE_ROOT),
            ("relay", _) => "`on`".to_owned(),
            ("relay-listen", _) => "`0.0.0.0:3478` and `[::]:3478`".to_owned(),
            ("relay-ports", _) => "`49152-65535`".to_owned(),
            (_, [default]) => format!("`{}`", default.to_str().unwrap()),
            _ => "none".to_owned(),
        };
        rows.push(format!("| `--{flag}` | `{variable}` | {key} | {default} | "));
    }
    let defaults = serde_json::to_value(Timeouts::default()).unwrap();
    rows.extend(Timeouts::NAMES.iter().map(|name| format!("| `{name}` | {} | ", defaults[*name])));
    let documented: Vec<&str> = document.lines().filter(|line| line.starts_with("| `")).collect();
    for row in &rows {
        assert!(documented.iter().any(|line| line.starts_with(row) && line.len() > row.len() + 10), "{row}");
    }
    assert_eq!(documented.len(), rows.len(), "one row for each, and none for what is not there");
}

#[test]
fn nothing_shows_a_secret() {
    let config = read(&[
        "--secret=do-not-show-me-anywhere",
        "--ice-server=turn:relay.example:1,ada,nor-me",
        "--ice-server=turn:b:1,secret=and-not-me",
    ])
    .unwrap();
    let shown = format!("{config:?}");
    assert!(
        !shown.contains("do-not-show-me") && !shown.contains("nor-me") && !shown.contains("not-me"),
        "{shown}"
    );
}

#[test]
fn the_secret_of_a_directory_is_made_once_and_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;

    let directory = std::env::temp_dir().join(format!("tincan-secret-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let source = SecretSource::Directory(directory.clone());
    let first = source.load().unwrap();
    let file = directory.join("tincan.secret");
    assert_eq!(source.load().unwrap().secret.as_bytes(), first.secret.as_bytes());
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::remove_dir_all(&directory).unwrap();
    assert_ne!(
        source.load().unwrap().secret.as_bytes(),
        first.secret.as_bytes(),
        "where nothing can be kept, each start has its own"
    );
}
