//! Real servers for tests: started on loopback at a free port, killed when they are dropped.
//!
//! Not every machine has them: `cargo xtask servers` installs what is missing. Where one is missing, what needs it
//! cannot be tried, which is said where whoever runs the tests sees it; on a build machine (`CI` is set), that fails, unless
//! its distribution has no such package to give.

use std::fs;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Longer than any of them takes to listen on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

/// A server of ours.
#[derive(Debug)]
struct Server {
    command: Command,
    child: Child,
    port: u16,
    directory: TempDir,
}

impl Server {
    /// Starts `program`, which listens at the port that `arguments` are made for.
    fn start(program: &Path, arguments: impl Fn(u16, &Path) -> Vec<String>) -> Self {
        for _ in 0..10 {
            let directory = tempfile::tempdir().unwrap();
            let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            let port = free.local_addr().unwrap().port();
            drop(free);
            let log = fs::File::create(directory.path().join("log")).unwrap();
            let data = directory.path().join("data");
            fs::create_dir(&data).unwrap();
            let mut command = Command::new(program);
            command.args(arguments(port, &data)).current_dir(&data).env_clear();
            command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
            let child = command.spawn().unwrap();
            let mut server = Self { command, child, port, directory };
            if server.listens() {
                return server;
            }
        }
        panic!("{} does not come to listen", program.display());
    }

    /// Whether it listens; not, where it ended, since someone else had taken the port meanwhile.
    fn listens(&mut self) -> bool {
        let started = Instant::now();
        while started.elapsed() < LIMIT {
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            if TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok() {
                return self.child.try_wait().unwrap().is_none();
            }
            thread::sleep(Duration::from_millis(10));
        }
        let log = fs::read_to_string(self.directory.path().join("log")).unwrap_or_default();
        panic!("a server does not listen after {LIMIT:?}:\n{log}");
    }

    fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn start_again(&mut self) {
        self.child = self.command.spawn().unwrap();
        assert!(self.listens(), "its port was taken meanwhile");
    }

    fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A Redis that keeps nothing on disk.
#[derive(Debug)]
pub struct Redis(Server);

impl Redis {
    /// Starts one with these further settings, `--requirepass secret` for instance; none where it is not installed.
    pub fn start(settings: &[&str]) -> Option<Self> {
        let program = program("redis-server", "Redis was not tried")?;
        Some(Self(Server::start(&program, |port, data| {
            let own =
                ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no"];
            let port = port.to_string();
            let data = data.to_str().unwrap();
            let place = ["--port", &port, "--dir", data];
            own.iter().chain(&place).chain(settings).map(|word| (*word).to_owned()).collect()
        })))
    }

    /// The port of loopback that it listens at.
    pub fn port(&self) -> u16 {
        self.0.port
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.0.address()
    }

    /// What `redis-cli` prints for this command.
    pub fn ask(&self, command: &[&str]) -> String {
        let port = self.0.port.to_string();
        let asked = Command::new("redis-cli").args(["-p", &port]).args(command).output().unwrap();
        assert!(asked.status.success(), "{asked:?}");
        String::from_utf8(asked.stdout).unwrap()
    }

    /// Kills it, with all that it holds.
    pub fn stop(&mut self) {
        self.0.stop();
    }

    /// Starts it again at the same port, empty.
    pub fn start_again(&mut self) {
        self.0.start_again();
    }
}

/// A server that speaks S3, checks signatures, and keeps objects as files.
#[derive(Debug)]
pub struct S3(Server);

impl S3 {
    /// The identity that it knows.
    pub const ACCESS_KEY: &str = "an-access-key";
    /// What signatures are made with.
    pub const SECRET_KEY: &str = "a-secret-key-that-appears-nowhere";

    /// Starts one; none where it is not installed.
    pub fn start() -> Option<Self> {
        let program = program("s3s-fs", "S3 was not tried")?;
        Some(Self(Server::start(&program, |port, data| {
            let port = port.to_string();
            let (access, secret) = (Self::ACCESS_KEY, Self::SECRET_KEY);
            let words = ["--host", "127.0.0.1", "--port", &port, "--access-key", access];
            let rest = ["--secret-key", secret, data.to_str().unwrap()];
            words.iter().chain(&rest).map(|word| (*word).to_owned()).collect()
        })))
    }

    /// Makes a bucket, and says where its objects are as files.
    pub fn bucket(&self, name: &str) -> PathBuf {
        let bucket = self.0.data().join(name);
        fs::create_dir_all(&bucket).unwrap();
        bucket
    }

    /// Kills it; its objects stay.
    pub fn stop(&mut self) {
        self.0.stop();
    }

    /// Starts it again at the same port, with its objects.
    pub fn start_again(&mut self) {
        self.0.start_again();
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.0.address()
    }

    /// Where it is asked.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.0.port)
    }
}

/// A server that speaks WebDAV, asks for a password, and keeps files.
#[derive(Debug)]
pub struct Webdav(Server);

impl Webdav {
    /// The user that it knows.
    pub const USERNAME: &str = "someone";
    /// The password of that user.
    pub const PASSWORD: &str = "a-password-that-appears-nowhere";

    /// Starts one; none where it is not installed.
    pub fn start() -> Option<Self> {
        let program = program("lighttpd", "WebDAV was not tried")?;
        Some(Self(Server::start(&program, |port, data| {
            let directory = data.parent().unwrap();
            let users = directory.join("users");
            fs::write(&users, format!("{}:{}\n", Self::USERNAME, Self::PASSWORD)).unwrap();
            let settings = directory.join("settings");
            let text = format!(
                r#"server.bind = "127.0.0.1"
                server.port = {port}
                server.document-root = "{data}"
                server.upload-dirs = ("{directory}")
                server.modules = ("mod_auth", "mod_authn_file", "mod_webdav")
                auth.backend = "plain"
                auth.backend.plain.userfile = "{users}"
                auth.require = ("/" => ("method" => "basic", "realm" => "all", "require" => "valid-user"))
                webdav.activate = "enable"
                "#,
                data = data.display(),
                directory = directory.display(),
                users = users.display(),
            );
            fs::write(&settings, text).unwrap();
            ["-D", "-f", settings.to_str().unwrap()].map(str::to_owned).into()
        })))
    }

    /// Where it is asked.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.0.port)
    }

    /// Where its files are.
    pub fn files(&self) -> PathBuf {
        self.0.data()
    }
}

/// A program on `PATH`, where the system keeps its servers, or where `cargo xtask servers` puts it.
fn program(name: &str, untried: &str) -> Option<PathBuf> {
    let tools = crate::repository().join("target/tools/bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let directories = std::env::split_paths(&path).chain(["/usr/sbin".into(), tools]);
    let found = directories.map(|directory| directory.join(name)).find(|file| file.is_file());
    if found.is_none() {
        let note = format!("\nSKIPPED: {untried}, for there is no `{name}`: cargo xtask servers\n");
        let not_to_be_had = crate::repository().join("target/tools/not-to-be-had");
        let not_to_be_had = fs::read_to_string(not_to_be_had).unwrap_or_default();
        let is_excused = not_to_be_had.lines().any(|excused| excused == name);
        assert!(std::env::var_os("CI").is_none() || is_excused, "{note}");
        std::io::stderr().write_all(note.as_bytes()).unwrap();
    }
    found
}
