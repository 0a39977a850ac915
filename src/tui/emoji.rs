//! Emoji by their names, as people type them between colons. A few hundred that are used; the rest can be pasted.

use unicode_segmentation::UnicodeSegmentation;

use super::complete::Item;

/// Names and pictures, by name.
static TABLE: [(&str, &str); 118] = [
    ("+1", "👍"),
    ("-1", "👎"),
    ("100", "💯"),
    ("alien", "👽"),
    ("angry", "😠"),
    ("apple", "🍎"),
    ("bee", "🐝"),
    ("beer", "🍺"),
    ("bell", "🔔"),
    ("bicycle", "🚲"),
    ("bike", "🚲"),
    ("birthday", "🎂"),
    ("blush", "😊"),
    ("book", "📖"),
    ("boom", "💥"),
    ("bread", "🍞"),
    ("brain", "🧠"),
    ("bug", "🐛"),
    ("bulb", "💡"),
    ("cake", "🍰"),
    ("calendar", "📅"),
    ("camera", "📷"),
    ("cat", "🐱"),
    ("checkered_flag", "🏁"),
    ("cheese", "🧀"),
    ("clap", "👏"),
    ("clock", "🕐"),
    ("cloud", "☁️"),
    ("coffee", "☕"),
    ("confetti", "🎊"),
    ("confused", "😕"),
    ("construction", "🚧"),
    ("cookie", "🍪"),
    ("cool", "😎"),
    ("crab", "🦀"),
    ("crossed_fingers", "🤞"),
    ("cry", "😢"),
    ("dance", "💃"),
    ("dog", "🐶"),
    ("duck", "🦆"),
    ("earth", "🌍"),
    ("eyes", "👀"),
    ("facepalm", "🤦"),
    ("fire", "🔥"),
    ("fist", "✊"),
    ("flag", "🚩"),
    ("flower", "🌼"),
    ("frog", "🐸"),
    ("gear", "⚙️"),
    ("ghost", "👻"),
    ("gift", "🎁"),
    ("grin", "😁"),
    ("grinning", "😀"),
    ("hand", "✋"),
    ("heart", "❤️"),
    ("heart_eyes", "😍"),
    ("house", "🏠"),
    ("hug", "🤗"),
    ("hundred", "💯"),
    ("joy", "😂"),
    ("key", "🔑"),
    ("kiss", "😘"),
    ("laughing", "😆"),
    ("leaf", "🍃"),
    ("lock", "🔒"),
    ("lol", "😂"),
    ("mag", "🔍"),
    ("memo", "📝"),
    ("money", "💰"),
    ("moon", "🌙"),
    ("mouse", "🐭"),
    ("muscle", "💪"),
    ("music", "🎵"),
    ("nerd", "🤓"),
    ("no", "🚫"),
    ("ok", "👌"),
    ("package", "📦"),
    ("party", "🥳"),
    ("penguin", "🐧"),
    ("phone", "📞"),
    ("pizza", "🍕"),
    ("point_right", "👉"),
    ("poop", "💩"),
    ("pray", "🙏"),
    ("question", "❓"),
    ("rage", "😡"),
    ("rain", "🌧️"),
    ("rainbow", "🌈"),
    ("recycle", "♻️"),
    ("robot", "🤖"),
    ("rocket", "🚀"),
    ("rose", "🌹"),
    ("sad", "😞"),
    ("salute", "🫡"),
    ("scream", "😱"),
    ("seedling", "🌱"),
    ("shrug", "🤷"),
    ("skull", "💀"),
    ("sleeping", "😴"),
    ("smile", "😄"),
    ("snake", "🐍"),
    ("snow", "❄️"),
    ("sob", "😭"),
    ("sparkles", "✨"),
    ("star", "⭐"),
    ("sun", "☀️"),
    ("sweat", "😅"),
    ("tada", "🎉"),
    ("thinking", "🤔"),
    ("thumbsdown", "👎"),
    ("thumbsup", "👍"),
    ("tree", "🌳"),
    ("umbrella", "☔"),
    ("warning", "⚠️"),
    ("wave", "👋"),
    ("wink", "😉"),
    ("wrench", "🔧"),
    ("yum", "😋"),
];

/// Those that are used most, the commonest first.
const COMMON: [&str; 12] =
    ["thumbsup", "heart", "joy", "tada", "smile", "fire", "eyes", "rocket", "clap", "pray", "ok", "thinking"];

/// Those whose names begin so, and then those that have it elsewhere in them; the commonest first.
#[must_use]
pub(super) fn finished(name: &str) -> Vec<Item> {
    let name = name.to_ascii_lowercase();
    let mut found: Vec<_> = TABLE.iter().filter(|(known, _)| known.contains(&name)).collect();
    let rank = |known: &str| COMMON.iter().position(|common| *common == known).unwrap_or(COMMON.len());
    found.sort_by_key(|(known, _)| (!known.starts_with(&name), rank(known)));
    found.iter().map(|(known, picture)| Item { with: format!("{picture} "), about: format!(":{known}:") }).collect()
}

/// The reaction that somebody means: a picture, the name of one with or without its colons, or a few signs. Others read
/// a word as one; here it is most often a mistake.
///
/// # Errors
/// Why it is none, in words.
pub(super) fn meant(typed: &str) -> Result<String, String> {
    let in_colons = typed.strip_prefix(':').and_then(|rest| rest.strip_suffix(':')).filter(|name| !name.is_empty());
    if let Some((_, picture)) = TABLE.iter().find(|(known, _)| *known == in_colons.unwrap_or(typed)) {
        return Ok((*picture).to_owned());
    }
    if let Some(name) = in_colons {
        let near = TABLE.iter().map(|(known, _)| (strsim::osa_distance(known, name), *known)).min();
        let near = near.filter(|(distance, _)| *distance <= 2 && *distance < name.chars().count());
        let near =
            near.map_or_else(|| "Tab finishes a name".to_owned(), |(_, known)| format!("did you mean :{known}:?"));
        return Err(format!("there is no :{name}:; {near}"));
    }
    let is_word = typed.chars().any(char::is_alphanumeric) && (typed.is_ascii() || typed.graphemes(true).count() > 1);
    if is_word {
        Err(format!("{typed:?} is no emoji; :name: is one, and Tab finishes it"))
    } else {
        Ok(typed.to_owned())
    }
}

/// Where a name in colons begins that ends at byte `cursor`, and its picture.
#[must_use]
pub(super) fn closed(text: &str, cursor: usize) -> Option<(usize, &'static str)> {
    let before = text.get(..cursor)?.strip_suffix(':')?;
    let start = before.rfind(':')?;
    let name = &before[start + 1..];
    let stands_alone = before[..start].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
    let found = TABLE.iter().find(|(known, _)| *known == name).filter(|_| stands_alone);
    found.map(|(_, picture)| (start, *picture))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::safe_text;

    #[test]
    fn names_lead_to_pictures() {
        assert_eq!(closed("a :tada:", 8), Some((2, "🎉")));
        assert_eq!(closed("12:30:", 6), None);
        assert_eq!(closed(":nothing:", 9), None);
        assert_eq!(finished("thumbs").len(), 2);
        assert!(COMMON.iter().all(|common| TABLE.iter().any(|(known, _)| known == common)));
        assert!(TABLE.iter().all(|(_, picture)| meant(picture).as_deref() == Ok(*picture)));
        assert!(TABLE.iter().all(|(_, picture)| safe_text(picture) == *picture), "each shows as it is");
    }
}
