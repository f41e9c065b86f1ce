//! nchan, the nginx module for event streams: Debian's package, with one worker process.

use bench::{
    http_client,
    process::{Process, command_on_core},
    site::Result,
};
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};
use tempfile::TempDir;
use test_support::ports::free_port;

pub(crate) struct Nchan {
    pub(crate) port: u16,
    program: Process,
    _folder: TempDir,
}

impl Nchan {
    pub(crate) async fn start(core: Option<usize>) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let port = free_port()?;
        let file = folder.path().join("nginx.conf");
        fs::write(&file, nginx_config(folder.path(), port, &find_module()?))?;
        let mut command = command_on_core(core, find_nginx()?);
        command.arg("-e").arg(folder.path().join("error.log")).arg("-c").arg(&file).stderr(Stdio::null());
        let peer = Self { port, program: Process::start(&mut command)?, _folder: folder };
        super::wait_listening(port, "nginx with nchan").await?;
        Ok(peer)
    }

    pub(crate) fn id(&self) -> u32 {
        self.program.id()
    }
}

/// Builds the request that subscribes to a channel from now on.
pub(crate) fn subscribe_request(channel: usize) -> String {
    http_client::get_request(&format!("/follow?id={channel}"), &[("accept", "text/event-stream")])
}

/// Builds the request that resumes a channel's stream after a time, in seconds since 1970.
pub(crate) fn resume_request(channel: usize, moment: u64) -> String {
    let id = format!("{moment}:0");
    http_client::get_request(
        &format!("/follow?id={channel}"),
        &[("accept", "text/event-stream"), ("last-event-id", &id)],
    )
}

/// Builds the request that publishes to one channel, or to several separated by commas.
pub(crate) fn publish_request(channels: &str, text: &str) -> String {
    http_client::post_request(&format!("/publish?id={channels}"), &[], text)
}

fn nginx_config(folder: &Path, port: u16, module: &str) -> String {
    let folder = folder.display();
    format!(
        "load_module {module};
daemon off;
worker_processes 1;
worker_rlimit_nofile 65536;
pid {folder}/pid;
events {{ worker_connections 20000; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  keepalive_requests 1000000000;
  nchan_max_reserved_memory 512M;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location = /publish {{
      nchan_publisher;
      nchan_channel_id $arg_id;
      nchan_channel_id_split_delimiter ,;
      nchan_message_buffer_length 4;
      nchan_message_timeout 1h;
    }}
    location = /follow {{
      nchan_subscriber eventsource;
      nchan_channel_id $arg_id;
      nchan_subscriber_first_message newest;
    }}
  }}
}}
"
    )
}

/// Finds nginx, also in directories that are only in root's `PATH`.
fn find_nginx() -> Result<String> {
    let candidates = ["/usr/local/sbin/nginx", "/usr/sbin/nginx", "/sbin/nginx", "/usr/bin/nginx"];
    Ok((*candidates
        .iter()
        .find(|path| Path::new(path).exists())
        .ok_or("nginx is missing: bin/setup bench installs it")?)
    .to_owned())
}

fn find_module() -> Result<String> {
    let version = Command::new(find_nginx()?).arg("-V").output()?.stderr;
    let version = String::from_utf8_lossy(&version).into_owned();
    let folder = version.split_whitespace().find_map(|word| word.strip_prefix("--modules-path="));
    let module = format!("{}/ngx_nchan_module.so", folder.unwrap_or("/usr/lib/nginx/modules"));
    if Path::new(&module).exists() {
        Ok(module)
    } else {
        Err(format!("{module} is missing: bin/setup bench installs it").into())
    }
}
