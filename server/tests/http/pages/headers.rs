use super::{
    private_paths,
    response_kinds::{Sample, of_every_kind},
};
use crate::support::{Site, TestResponse};
use reqwest::Method;

#[tokio::test]
async fn pages_are_never_cached() {
    let site = Site::new().await;
    let mut paths = private_paths(&site);
    paths.extend(["/", "/signin", "/nowhere"].map(str::to_owned));
    for actor in [site.anonymous(), site.eventpro()] {
        for path in &paths {
            let page = actor.get(path).await;
            assert_eq!(page.header("cache-control"), "no-store", "{path} {}", page.status);
            assert_eq!(page.header("set-cookie"), "", "{path}");
        }
    }
}

#[tokio::test]
async fn every_response_has_security_headers() {
    for url in ["", "https://greenroom.example"] {
        for Sample { name, answer, .. } in of_every_kind(&[("GREENROOM_URL", url)]).await {
            for (header, value) in [
                ("x-content-type-options", "nosniff"),
                ("referrer-policy", "same-origin"),
                ("x-frame-options", "DENY"),
                ("cross-origin-opener-policy", "same-origin"),
                ("cross-origin-resource-policy", "same-origin"),
                ("server", ""),
            ] {
                assert_eq!(answer.header(header), value, "{name}: {header}");
                assert!(answer.headers.get_all(header).iter().count() < 2, "{name}: {header} is set once");
            }
            assert!(!answer.header("x-request-id").is_empty(), "{name}");
            let devices = answer.header("permissions-policy");
            for device in ["camera", "microphone", "geolocation", "payment", "usb"] {
                assert!(devices.split(", ").any(|one| one == format!("{device}=()")), "{name}: {device} in {devices}");
            }
            assert!(devices.split(", ").all(|one| one.ends_with("=()")), "{name}: {devices}");
        }
    }
}

#[tokio::test]
async fn hsts_is_sent_over_https_only() {
    for (url, expected) in
        [("", ""), ("http://greenroom.example", ""), ("https://greenroom.example", "max-age=63072000")]
    {
        for Sample { name, answer, .. } in
            of_every_kind(&[("GREENROOM_URL", url), ("GREENROOM_ALLOW_HTTP", "true")]).await
        {
            assert_eq!(answer.header("strict-transport-security"), expected, "{name} at {url:?}");
        }
    }
}

#[tokio::test]
async fn pages_and_lists_are_compressed_for_clients_that_accept_it() {
    let site = Site::new().await;
    let thread = format!("/conversations/{}", site.launch);
    for path in [thread.as_str(), "/api/messages"] {
        for (accepts, encoding) in [("br", "br"), ("gzip", "gzip"), ("identity", ""), ("gzip;q=0", "")] {
            let request = site.sarah().request(Method::GET, path).header("accept-encoding", accepts);
            let answer = TestResponse::to(request).await;
            assert_eq!((answer.status, answer.header("content-encoding")), (200, encoding), "{path} {accepts}");
            assert!(answer.header("vary").contains("accept-encoding"), "{path} {accepts}");
        }
    }
}
