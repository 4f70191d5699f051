//! Columns of other types, own ones and those behind foreign keys.

use amphi::path::Column;
use amphi::prelude::*;

use super::world::{Tale, View};

#[derive(Debug, Clone, Copy)]
pub enum Day {
    Published,
    Born,
    EditorBorn,
}

pub const DAYS: [Day; 3] = [Day::Published, Day::Born, Day::EditorBorn];

pub enum Date {
    C(Expr<Tale, NaiveDate, Column>),
    CN(Expr<Tale, Option<NaiveDate>, Column>),
}

impl Day {
    pub fn build(self) -> Date {
        match self {
            Day::Published => Date::C(Tale::published),
            Day::Born => Date::CN(Tale::writer.born),
            Day::EditorBorn => Date::CN(Tale::editor.born),
        }
    }

    pub fn of(self, view: View<'_>) -> Option<NaiveDate> {
        match self {
            Day::Published => Some(view.tale.published),
            Day::Born => view.writer().born,
            Day::EditorBorn => view.editor()?.born,
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub enum Text {
    Title,
    Note,
    Name,
    EditorsName,
    HomeName,
    HomeMotto,
    PressName,
    EditorsHomeMotto,
}

pub const TEXTS: [Text; 8] = [
    Text::Title,
    Text::Note,
    Text::Name,
    Text::EditorsName,
    Text::HomeName,
    Text::HomeMotto,
    Text::PressName,
    Text::EditorsHomeMotto,
];

pub enum Words {
    C(Expr<Tale, String, Column>),
    CN(Expr<Tale, Option<String>, Column>),
}

macro_rules! with {
    ($kind:ident, $of:expr, $e:ident => $body:expr) => {
        match $of {
            $kind::C($e) => $body,
            $kind::CN($e) => $body,
        }
    };
}
pub(crate) use with;

impl Text {
    pub fn build(self) -> Words {
        match self {
            Text::Title => Words::C(Tale::title),
            Text::Note => Words::CN(Tale::note),
            Text::Name => Words::C(Tale::writer.name),
            Text::EditorsName => Words::CN(Tale::editor.name),
            Text::HomeName => Words::C(Tale::writer.home.name),
            Text::HomeMotto => Words::CN(Tale::writer.home.motto),
            Text::PressName => Words::CN(Tale::writer.press.name),
            Text::EditorsHomeMotto => Words::CN(Tale::editor.home.motto),
        }
    }

    pub fn of(self, view: View<'_>) -> Option<&str> {
        match self {
            Text::Title => Some(&view.tale.title),
            Text::Note => view.tale.note.as_deref(),
            Text::Name => Some(&view.writer().name),
            Text::EditorsName => Some(&view.editor()?.name),
            Text::HomeName => Some(&view.home().name),
            Text::HomeMotto => view.home().motto.as_deref(),
            Text::PressName => Some(&view.press()?.name),
            Text::EditorsHomeMotto => view.editors_home()?.motto.as_deref(),
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub enum Key {
    Id,
    WriterId,
    EditorId,
    HomeId,
    PressId,
    EditorsHomeId,
}

pub const KEYS: [Key; 6] = [Key::Id, Key::WriterId, Key::EditorId, Key::HomeId, Key::PressId, Key::EditorsHomeId];

pub enum Id {
    C(Expr<Tale, i64, Column>),
    CN(Expr<Tale, Option<i64>, Column>),
}

impl Key {
    pub fn build(self) -> Id {
        match self {
            Key::Id => Id::C(Tale::id),
            Key::WriterId => Id::C(Tale::writer.id),
            Key::EditorId => Id::CN(Tale::editor.id),
            Key::HomeId => Id::C(Tale::writer.home.id),
            Key::PressId => Id::CN(Tale::writer.press.id),
            Key::EditorsHomeId => Id::CN(Tale::editor.home.id),
        }
    }

    pub fn of(self, view: View<'_>) -> Option<i64> {
        match self {
            Key::Id => Some(view.tale.id),
            Key::WriterId => Some(view.writer().id),
            Key::EditorId => view.editor().map(|editor| editor.id),
            Key::HomeId => Some(view.home().id),
            Key::PressId => view.press().map(|press| press.id),
            Key::EditorsHomeId => view.editors_home().map(|home| home.id),
        }
    }
}

/// A foreign key itself.
#[derive(Debug, Clone, Copy)]
pub enum Link {
    Writer,
    Editor,
    Home,
    Press,
    EditorsHome,
    EditorsPress,
}

pub const LINKS: [Link; 6] = [Link::Writer, Link::Editor, Link::Home, Link::Press, Link::EditorsHome, Link::EditorsPress];

macro_rules! with_link {
    ($link:expr, $e:ident => $body:expr) => {
        match $link {
            Link::Writer => {
                let $e = Tale::writer;
                $body
            }
            Link::Editor => {
                let $e = Tale::editor;
                $body
            }
            Link::Home => {
                let $e = Tale::writer.home;
                $body
            }
            Link::Press => {
                let $e = Tale::writer.press;
                $body
            }
            Link::EditorsHome => {
                let $e = Tale::editor.home;
                $body
            }
            Link::EditorsPress => {
                let $e = Tale::editor.press;
                $body
            }
        }
    };
}
pub(crate) use with_link;

impl Link {
    pub fn of(self, view: View<'_>) -> Option<i64> {
        match self {
            Link::Writer => Some(view.writer().id),
            Link::Editor => view.editor().map(|editor| editor.id),
            Link::Home => Some(view.home().id),
            Link::Press => view.press().map(|press| press.id),
            Link::EditorsHome => view.editors_home().map(|home| home.id),
            Link::EditorsPress => view.editors_press().map(|press| press.id),
        }
    }
}
