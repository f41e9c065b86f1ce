//! Parses HTML as browsers do.

use html5ever::{ParseOpts, parse_document, tendril::TendrilSink, tree_builder::TreeBuilderOpts};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// A parsed document.
#[derive(Debug, Default)]
pub(crate) struct Document {
    pub(crate) elements: Vec<Element>,
    pub(crate) texts: Vec<Text>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
}

/// A text node with its ancestors, outermost first.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) around: Vec<Element>,
}

impl Document {
    /// Parses a document, as a browser with or without JavaScript.
    pub(crate) fn parse(html: &str, scripting: bool) -> Self {
        let dom = dom_of(html, scripting);
        let mut document = Self::default();
        document.collect(&dom.document, &[]);
        document
    }

    fn collect(&mut self, node: &Handle, around: &[Element]) {
        let mut inside = around.to_vec();
        match &node.data {
            NodeData::Text { contents } => {
                self.texts.push(Text { text: contents.borrow().to_string(), around: around.to_vec() });
            }
            NodeData::Element { name, attrs, .. } => {
                let attributes = attrs.borrow();
                let attributes = attributes.iter().map(|one| (one.name.local.to_string(), one.value.to_string()));
                let element = Element { name: name.local.to_string(), attributes: attributes.collect() };
                self.elements.push(element.clone());
                inside.push(element);
            }
            _ => {}
        }
        for child in node.children.borrow().iter() {
            self.collect(child, &inside);
        }
    }

    /// Returns all text inside of elements with this name.
    pub(crate) fn text_of(&self, name: &str) -> String {
        let inside = |text: &&Text| text.around.iter().any(|element| element.name == name);
        self.texts.iter().filter(inside).map(|text| text.text.as_str()).collect()
    }

    /// Returns the elements with the names of their attributes, in order, which user text must not change.
    pub(crate) fn outline(&self) -> Vec<String> {
        let outlined = |element: &Element| {
            let names: Vec<&str> = element.attributes.iter().map(|(name, _)| name.as_str()).collect();
            format!("{} {}", element.name, names.join(" "))
        };
        self.elements.iter().map(outlined).collect()
    }
}

/// Returns the parse errors of a document, as the HTML standard defines them.
pub(crate) fn parse_errors(html: &str) -> Vec<String> {
    dom_of(html, true).errors.borrow().iter().map(ToString::to_string).collect()
}

fn dom_of(html: &str, scripting: bool) -> RcDom {
    let tree_builder = TreeBuilderOpts { scripting_enabled: scripting, ..TreeBuilderOpts::default() };
    parse_document(RcDom::default(), ParseOpts { tree_builder, ..ParseOpts::default() }).one(html)
}

impl Element {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}
