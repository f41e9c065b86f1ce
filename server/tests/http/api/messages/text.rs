use crate::support::{Site, TestResponse, stream::message_body};
use reqwest::Method;

/// Valid messages in many scripts, with markup, control characters and SSE syntax.
const TEXTS: [&str; 16] = [
    "Habari ya asubuhi! Je, uko tayari?",
    "مرحبا، كيف حالك؟ \u{202b}من اليمين\u{202c}",
    "שלום עולם",
    "नमस्ते दुनिया, क्षत्रिय",
    "你好，世界。こんにちは 안녕하세요",
    "ሰላም ለዓለም",
    "Ελληνικά, кириллица, ภาษาไทย, ქართული",
    "👩🏾‍🎤🎛️🏳️‍🌈 👨‍👩‍👧‍👦 🇰🇪",
    "e\u{301} is not é, nor \u{1d4d6} a G, nor \u{fb01} an fi",
    "<script>alert(1)</script><b onclick='x'>&amp;&lt;</b> {{7*7}} ${x} %s %00",
    "'; DROP TABLE message; -- \" \\ \\u0041 \\n /* */",
    "one\ntwo\r\nthree\rfour\n\n\n   indented\ttabbed",
    "\u{200b}zero width\u{200d}\u{feff}inside\u{2028}\u{2029}\u{85}lines",
    "event: ready\nid: 99\ndata: {}\n\nretry: 1",
    "control \u{1}\u{7}\u{8}\u{1b}[31m\u{7f} characters \u{fffd} \u{ffff} \u{10ffff}",
    "z̷̢̛a̴l̸g̵o̶ ﷽",
];

#[tokio::test]
async fn text_in_any_script_is_returned_unchanged() {
    let site = Site::new().await;
    let (eventpro, sarah) = (site.eventpro(), site.sarah());
    let mut stream = sarah.follow("/api/events").await;
    for text in TEXTS {
        assert_eq!(eventpro.send_message(&site.launch, text).await["body"], text);
        let frames = stream.until(|frame| frame.event == "message.created").await;
        assert_eq!(frames.last().map(message_body), Some(text));
        let inbox = sarah.get("/api/messages").await.ok(200);
        assert_eq!(inbox["conversations"][0]["lastMessage"]["body"], text);
    }
    let thread = sarah.load_whole_thread(&site.launch).await;
    let bodies: Vec<&str> = thread[12..].iter().filter_map(|message| message["body"].as_str()).collect();
    assert_eq!(bodies, TEXTS);
}

#[tokio::test]
async fn message_text_is_trimmed_at_its_ends_only() {
    let site = Site::new().await;
    for (sent, stands) in
        [("  Habari \n\t", "Habari"), ("\u{3000}\u{a0}Habari\u{2003}", "Habari"), ("\n\n  a\n  b  ", "a\n  b")]
    {
        assert_eq!(site.eventpro().send_message(&site.launch, sent).await["body"], stands);
    }
    for empty in ["", " ", "\n\t\r ", "\u{a0}\u{3000}\u{2028}"] {
        refused(&site.eventpro().try_send_message(&site.launch, empty).await, "body_empty");
    }
}

#[tokio::test]
async fn the_length_limit_counts_characters_not_bytes() {
    let site = Site::new().await;
    for character in ["a", "é", "好", "💃", "\u{10ffff}"] {
        let longest = character.repeat(4_000);
        let message = site.eventpro().send_message(&site.launch, &format!(" {longest}\n")).await;
        assert_eq!(message["body"], longest, "4,000 of {character}");
        let longer = character.repeat(4_001);
        refused(&site.eventpro().try_send_message(&site.launch, &longer).await, "body_too_long");
    }
}

#[tokio::test]
async fn json_escapes_do_not_change_the_text() {
    let site = Site::new().await;
    let escaped = format!(r#"{{"conversationId":"{}","body":"\ud83d\udc83 \u00e9\n"}}"#, site.launch);
    let answer = site.eventpro().send(Method::POST, "/api/messages", "application/json", escaped).await.ok(201);
    assert_eq!(answer["message"]["body"], "💃 é");
}

#[tokio::test]
async fn a_nul_is_refused_and_half_a_character_is_malformed() {
    let site = Site::new().await;
    for body in ["a\u{0}b", "\u{0}", "a\u{0}"] {
        refused(&site.eventpro().try_send_message(&site.launch, body).await, "body_invalid");
    }
    for half in [r#"\ud800"#, r#"\udc00"#, r#"\ud83d\u0041"#] {
        let body = format!(r#"{{"conversationId":"{}","body":"a{half}b"}}"#, site.launch);
        let answer = site.eventpro().send(Method::POST, "/api/messages", "application/json", body).await;
        answer.problem(400, "malformed_json");
    }
    assert_eq!(site.count("SELECT count(*) FROM message").await, 17);
}

/// Checks for a 422 about the body alone, whose field error is also the problem's code.
fn refused(answer: &TestResponse, fault: &str) {
    answer.problem(422, fault);
    answer.field_errors(&[("body", fault)]);
}
