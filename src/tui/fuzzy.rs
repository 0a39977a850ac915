//! Whether a name has some letters in this order, and how well: at the beginning and side by side is better.

/// How well; nothing if it has not all of them. Any name fits no letters.
#[must_use]
pub(super) fn score(name: &str, query: &str) -> Option<i32> {
    let name: Vec<char> = name.to_lowercase().chars().collect();
    let (mut score, mut from, mut before) = (0, 0, None);
    for c in query.to_lowercase().chars().filter(|c| !c.is_whitespace()) {
        let at = from + name[from..].iter().position(|letter| *letter == c)?;
        let begins_word = at == 0 || !name[at - 1].is_alphanumeric();
        score += 10;
        score += if at == 0 { 20 } else { 0 };
        score += if begins_word { 10 } else { 0 };
        score += if before == at.checked_sub(1) && at > 0 { 15 } else { 0 };
        (from, before) = (at + 1, Some(at));
    }
    let length = i32::try_from(name.len()).unwrap_or(i32::MAX / 2);
    Some(score - length.min(64) / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_so_comes_first() {
        assert_eq!(score("lobby", "x"), None);
        assert_eq!(score("lobby", "bl"), None);
        assert!(score("lobby", "").is_some());
        let better = |a: &str, b: &str, query: &str| score(a, query) > score(b, query);
        assert!(better("dev", "design-development", "dev"));
        assert!(better("rust-dev", "garden-vines", "dv"));
        assert!(better("lobby", "the-lobby", "lob"));
    }
}
