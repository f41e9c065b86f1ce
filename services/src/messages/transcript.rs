use super::history::{Window, read_window};
use crate::{
    Greenroom, Result, Viewer,
    conversations::{ConversationQuery, ConversationWithCursor},
};
use model::{ApiError, ConversationId, Thread};

/// The most messages of a transcript: the newest ones.
const MESSAGE_LIMIT: usize = 5_000;
/// The bytes of text after which a transcript takes up no further page: a page of the longest messages has 8 MB.
const TEXT_LIMIT: usize = 4 * 1024 * 1024;
/// Messages that are read at once.
const PAGE: i64 = 500;

impl Greenroom {
    /// Returns one of the viewer's conversations with all of its messages, to print. Of a very long one it contains the
    /// newest messages, and `has_more` is set.
    ///
    /// # Errors
    /// `NotFound` if the conversation isn't the viewer's; `RateLimited`.
    pub async fn load_transcript(&self, viewer: &Viewer, id: ConversationId) -> Result<Thread> {
        self.rate_limits.transcripts.acquire(viewer.id())?;
        let ConversationWithCursor { conversation, cursor, .. } =
            ConversationQuery::of(viewer).find(self.store.reader(), id).await?.ok_or(ApiError::NotFound)?;
        let (mut pages, mut count, mut bytes, mut has_more) = (Vec::new(), 0, 0, true);
        let mut before = conversation.last_seq.saturating_add(1);
        while has_more && count < MESSAGE_LIMIT && bytes < TEXT_LIMIT {
            let (page, older) = read_window(self.store.reader(), &conversation, Window::Before(before), PAGE).await?;
            // An empty page would be read again and again.
            has_more = older && !page.is_empty();
            before = page.first().map_or(before, |first| first.seq);
            count += page.len();
            bytes += page.iter().map(|message| message.body.len()).sum::<usize>();
            pages.push(page);
        }
        let messages = pages.into_iter().rev().flatten().collect();
        Ok(Thread { conversation, messages, has_more, cursor })
    }
}
