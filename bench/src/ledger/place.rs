//! A node and the lines around it.

use crate::{bus::Bus, clock::Clock, database::Database};
use bench::{line::Line, node::Node, site::Result};
use std::path::{Path, PathBuf};
use tokio::sync::Mutex;

/// Of the limits, those that would keep a few people from writing as much as many.
const LIMITS: [(&str, &str); 2] = [("GREENROOM_SENDS_PER_MINUTE", "1000000"), ("GREENROOM_STREAMS_PER_PERSON", "1000")];

/// A node, between clients, a database and a bus.
pub(crate) struct Place {
    /// Whoever starts or stops it holds it meanwhile.
    pub(crate) node: Mutex<Node>,
    /// Where it is, past the line.
    pub(crate) url: String,
    /// The line of its clients.
    pub(crate) line: Line,
    pub(crate) to_database: Option<Line>,
    pub(crate) to_bus: Option<Line>,
    pub(crate) clock: Clock,
}

impl Place {
    /// One that doesn't run yet.
    pub(crate) async fn new(
        number: usize,
        database: &Database,
        bus: Option<&Bus>,
        folder: &Path,
        said: PathBuf,
    ) -> Result<Self> {
        let to_database = over(database.port()).await?;
        let to_bus = over(bus.map(|bus| bus.port)).await?;
        let clock = Clock::new(folder, number)?;
        let mut settings = clock.settings();
        settings.push(("DATABASE_URL".to_owned(), database.url_for_node(to_database.as_ref())));
        settings.push(("GREENROOM_DATA".to_owned(), folder.display().to_string()));
        settings.extend(LIMITS.map(|(name, value)| (name.to_owned(), value.to_owned())));
        if let Some(line) = &to_bus {
            settings.push(("NATS_URL".to_owned(), format!("nats://{}", line.address())));
        }
        let node = Node::new(settings, Some(said))?;
        let (url, line) = (node.url(), Line::to(node.port).await?);
        Ok(Self { node: Mutex::new(node), url, line, to_database, to_bus, clock })
    }

    /// Makes everything around it whole again.
    pub(crate) async fn heal(&self) -> Result<()> {
        self.clock.shift(0)?;
        for line in [Some(&self.line), self.to_database.as_ref(), self.to_bus.as_ref()].into_iter().flatten() {
            line.restore().await?;
        }
        self.node.lock().await.still_runs()
    }
}

async fn over(port: Option<u16>) -> Result<Option<Line>> {
    Ok(match port {
        Some(port) => Some(Line::to(port).await?),
        None => None,
    })
}
