//! Tests the `fault-proxy` program the way tests in other languages use it.

use std::{
    env,
    io::{BufRead, BufReader, ErrorKind, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

struct Program {
    program: Child,
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
    port: u16,
}

impl Program {
    fn start(target: u16) -> Self {
        // Read at run time, not by `env!`: shells, like the one that runs the compiler's wrapper, drop variables with a
        // hyphen in their names.
        let mut command = Command::new(env::var("CARGO_BIN_EXE_fault-proxy").expect("set by cargo"));
        command.arg(target.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut program = command.spawn().expect("the program");
        let commands = program.stdin.take().expect("its input");
        let mut answers = BufReader::new(program.stdout.take().expect("its output"));
        let port = read_answer(&mut answers).parse().expect("a port");
        Self { program, commands, answers, port }
    }

    fn send_command(&mut self, command: &str) -> String {
        writeln!(self.commands, "{command}").expect("written");
        read_answer(&mut self.answers)
    }

    fn connect(&self) -> std::io::Result<TcpStream> {
        TcpStream::connect(("127.0.0.1", self.port))
    }
}

fn read_answer(answers: &mut impl BufRead) -> String {
    let mut line = String::new();
    answers.read_line(&mut line).expect("a line");
    line.trim_end().to_owned()
}

#[test]
fn fault_proxy_runs_commands_until_its_input_ends() {
    let upstream = TcpListener::bind("127.0.0.1:0").expect("a port");
    let mut proxy = Program::start(upstream.local_addr().expect("bound").port());

    let mut client = proxy.connect().expect("a connection");
    let (mut accepted, _) = upstream.accept().expect("the other end");
    client.write_all(b"Habari").expect("written");
    let mut received = [0; 6];
    accepted.read_exact(&mut received).expect("received");
    assert_eq!(&received, b"Habari");

    assert_eq!(proxy.send_command("refuse"), "ok");
    assert_eq!(client.read(&mut received).expect_err("a reset").kind(), ErrorKind::ConnectionReset);
    assert_eq!(proxy.connect().expect_err("refused").kind(), ErrorKind::ConnectionRefused);
    for command in ["restore", "cut", "freeze", "strand", "restore", "slow 20 1000000", "alone"] {
        assert_eq!(proxy.send_command(command), "ok", "{command}");
    }
    let mut client = proxy.connect().expect("a connection");
    client.write_all(b"GET / HTTP/1.1\r\n\r\n").expect("written");
    let mut answer = String::new();
    client.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 502 "), "{answer}");

    assert_eq!(proxy.send_command("dance"), "unknown command: dance");
    assert_ne!(proxy.send_command("slow down please"), "ok");
    let Program { mut program, commands, .. } = proxy;
    drop(commands);
    assert!(program.wait().expect("its end").success());
}
