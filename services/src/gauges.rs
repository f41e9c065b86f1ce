//! Gauges that are read when the operator's monitoring asks for them.

use crate::{
    Greenroom,
    mail::Backlog,
    metrics::{BUS_UP, CONNECTIONS, DATABASE_UP, MAIL_DEAD_LETTERED, MAIL_QUEUED, PROBE_TIMEOUT, QUEUE, STREAMS},
    realtime::BusHealth,
};
use ::metrics::gauge;
use tokio::time::timeout;

impl Greenroom {
    /// Sets the gauges that aren't updated as they change. If the database doesn't answer, those read from it keep
    /// their last values.
    pub async fn collect_gauges(&self) {
        gauge!(STREAMS).set(self.stream_count() as f64);
        let streams = self.accounts.stream_session_lookup.len() + self.realtime.stream_setups.len();
        let lengths = [
            ("sends", self.message_batcher.len()),
            ("sessions", self.accounts.session_lookup.len()),
            ("streams", streams),
        ];
        for (queue, length) in lengths {
            gauge!(QUEUE, "queue" => queue).set(length as f64);
        }
        for (state, connections) in self.store.connections() {
            gauge!(CONNECTIONS, "state" => state).set(connections as f64);
        }
        match self.bus_health() {
            BusHealth::Disabled => {}
            health => gauge!(BUS_UP).set(f64::from(u8::from(health == BusHealth::Healthy))),
        }
        let backlog = timeout(PROBE_TIMEOUT, self.count_backlog()).await;
        gauge!(DATABASE_UP).set(f64::from(u8::from(matches!(backlog, Ok(Ok(_))))));
        if let Ok(Ok(Backlog { queued, dead_lettered })) = backlog {
            gauge!(MAIL_QUEUED).set(queued as f64);
            gauge!(MAIL_DEAD_LETTERED).set(dead_lettered as f64);
        }
    }
}
