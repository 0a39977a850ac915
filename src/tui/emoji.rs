//! Emoji by their names, as people type them between colons. A few hundred that are used; the rest can be pasted.

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

/// Those whose names begin so.
#[must_use]
pub(super) fn beginning(name: &str) -> Vec<Item> {
    let name = name.to_ascii_lowercase();
    let found = TABLE.iter().filter(|(known, _)| known.starts_with(&name));
    found.map(|(known, picture)| Item { with: format!("{picture} "), about: format!(":{known}:") }).collect()
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
        assert_eq!(beginning("thumbs").len(), 2);
        assert!(TABLE.iter().all(|(_, picture)| safe_text(picture) == *picture), "each shows as it is");
    }
}
