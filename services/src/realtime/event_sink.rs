/// Where a stream's frames go. A port: on the other side is a socket, and a client behind it.
pub trait EventSink: Send + Sync + 'static {
    /// Takes a whole frame, without waiting. `false` where it doesn't fit, or nobody is there: the stream is cut then,
    /// never skipped.
    fn try_write(&self, frame: &[u8]) -> bool;

    /// Takes a whole frame and waits for room where there is none. `false` where nobody is there.
    fn write(&self, frame: &[u8]) -> impl Future<Output = bool> + Send
    where
        Self: Sized;

    /// Ends the stream behind what it took so far.
    fn close(&self);

    /// Ends it at once, perhaps in the midst of a frame.
    fn abort(&self);
}
