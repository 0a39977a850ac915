//! Paths as people type them: `~`, quotes, backslashes before spaces, as shells and dragged files write them. Whether
//! there is anything at a path is left to whoever opens it.

use std::path::PathBuf;

/// The path that a line names, all of it: without quotes, spaces inside are taken as they are.
///
/// # Errors
/// In words, if there is no path or a quote is not closed.
pub(crate) fn read_path(typed: &str) -> Result<PathBuf, String> {
    let typed = typed.trim();
    let path = match typed.chars().next() {
        None => return Err("a path is missing".to_owned()),
        Some(quote @ ('"' | '\'')) => unquoted(&typed[1..], quote)?,
        Some(_) => unescaped(typed),
    };
    Ok(at_home(&path))
}

/// The words of a line, as a shell would part them; each is for [`read_path`].
#[must_use]
pub(crate) fn path_words(typed: &str) -> Vec<&str> {
    let (mut words, mut start, mut quote, mut is_escaped) = (Vec::new(), None, None, false);
    for (at, c) in typed.char_indices() {
        if quote.is_none() && !is_escaped && c.is_whitespace() {
            words.extend(start.take().map(|start: usize| &typed[start..at]));
            continue;
        }
        start.get_or_insert(at);
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = quote != Some('\'') && cfg!(not(windows)),
            c if quote == Some(c) => quote = None,
            '"' | '\'' if quote.is_none() => quote = Some(c),
            _ => {}
        }
    }
    words.extend(start.map(|start| &typed[start..]));
    words
}

fn unquoted(rest: &str, quote: char) -> Result<String, String> {
    let mut path = String::new();
    let mut chars = rest.chars();
    while let Some(c) = chars.next() {
        match c {
            c if c == quote && chars.as_str().is_empty() && !path.is_empty() => return Ok(path),
            c if c == quote => return Err("there is something wrong with the quotes".to_owned()),
            '\\' if quote == '"' && chars.as_str().starts_with(['"', '\\']) => path.extend(chars.next()),
            c => path.push(c),
        }
    }
    Err(format!("the closing {quote} is missing"))
}

/// On Windows a backslash parts folders and escapes nothing.
fn unescaped(typed: &str) -> String {
    if cfg!(windows) {
        return typed.to_owned();
    }
    let mut path = String::new();
    let mut chars = typed.chars();
    while let Some(c) = chars.next() {
        path.push(if c == '\\' { chars.next().unwrap_or('\\') } else { c });
    }
    path
}

fn at_home(path: &str) -> PathBuf {
    let below = match path.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with(std::path::is_separator) => rest.get(1..).unwrap_or_default(),
        _ => return PathBuf::from(path),
    };
    etcetera::home_dir().map_or_else(|_| PathBuf::from(path), |home| home.join(below))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn paths_are_read_as_shells_write_them() {
        let table = [
            ("cat.png", "cat.png"),
            ("  /tmp/a b.txt ", "/tmp/a b.txt"),
            ("'a b'", "a b"),
            ("\"a \\\"b\\\" c\"", "a \"b\" c"),
            ("\"it's\"", "it's"),
            ("~other/x", "~other/x"),
        ];
        for (typed, path) in table {
            assert_eq!(read_path(typed).as_deref(), Ok(Path::new(path)), "{typed}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_backslash_takes_what_follows_as_it_is() {
        assert_eq!(read_path("a\\ b\\'s\\\\x").as_deref(), Ok(Path::new("a b's\\x")));
    }

    #[test]
    fn a_line_is_parted_between_paths() {
        let table: [(&str, &[&str]); 4] = [
            ("  ", &[]),
            ("/a  '/b c' ", &["/a", "'/b c'"]),
            ("'/it\"s' \"/b 'c'\"", &["'/it\"s'", "\"/b 'c'\""]),
            ("/a\n'/b", &["/a", "'/b"]),
        ];
        for (typed, words) in table {
            assert_eq!(path_words(typed), words, "{typed}");
        }
    }

    #[test]
    fn a_tilde_is_home() {
        let home = etcetera::home_dir().expect("whoever runs tests has a home");
        assert_eq!(read_path("~"), Ok(home.clone()));
        assert_eq!(read_path("~/a b"), Ok(home.join("a b")));
        assert_eq!(read_path("'~/a b'"), Ok(home.join("a b")));
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for typed in ["", "   ", "''", "'a", "\"a", "'a' b", "'a'b'"] {
            assert!(read_path(typed).is_err(), "{typed}");
        }
    }
}
