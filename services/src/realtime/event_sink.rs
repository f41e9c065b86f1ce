/// Destination of a stream's frames. A port: behind it is a client's socket.
pub trait EventSink: Send + Sync + 'static {
    /// Writes a whole frame without waiting. Returns `false` if it doesn't fit into the send buffer or the client has
    /// gone: the caller then aborts the stream, so that no frame is ever skipped.
    fn try_write(&self, frame: &[u8]) -> bool;

    /// Writes a whole frame, waiting for space in the send buffer. Returns `false` if the client has gone.
    fn write(&self, frame: &[u8]) -> impl Future<Output = bool> + Send
    where
        Self: Sized;

    /// Ends the stream after the frames written so far.
    fn close(&self);

    /// Ends the stream at once, possibly in the middle of a frame.
    fn abort(&self);
}
