//! A source file as the rules look at it: its lines, with and without what is only said in comments and literals, and
//! which of them are tests.

/// One file of Rust.
pub(crate) struct Source {
    /// From the root of the project, with `/` between folders.
    pub(crate) path: String,
    pub(crate) text: String,
    /// The text with blanks for comments and literals, line by line the same.
    pub(crate) code: String,
    /// The line on which the tests begin, from 0.
    tests_from: usize,
}

impl Source {
    pub(crate) fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        let (path, text) = (path.into(), text.into());
        let code = code_of(&text);
        let tests_from = if is_test_file(&path) { 0 } else { start_of_tests(&code) };
        Self { path, text, code, tests_from }
    }

    /// Lines of code that is shipped, numbered from 1.
    pub(crate) fn shipped(&self) -> impl Iterator<Item = (usize, &str)> {
        self.numbered().take(self.tests_from)
    }

    /// Lines of code that tests, numbered from 1.
    pub(crate) fn tests(&self) -> impl Iterator<Item = (usize, &str)> {
        self.numbered().skip(self.tests_from)
    }

    fn numbered(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    pub(crate) fn fault(&self, line: usize, why: &str) -> String {
        format!("{}:{line}: {why}", self.path)
    }
}

/// Whether `code` names `word` by itself, not as the end of a longer word.
pub(crate) fn has_word(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(index, _)| !code[..index].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
}

fn is_test_file(path: &str) -> bool {
    path.starts_with("tests/") || path.ends_with("/tests.rs") || path.contains("/tests/")
}

fn start_of_tests(code: &str) -> usize {
    let lines: Vec<&str> = code.lines().collect();
    if lines.contains(&"#![cfg(test)]") {
        return 0;
    }
    let module = lines.windows(2).position(|two| two[0] == "#[cfg(test)]" && is_inline_module(two[1]));
    module.unwrap_or(lines.len())
}

fn is_inline_module(line: &str) -> bool {
    line.starts_with("mod ") && line.ends_with('{')
}

fn code_of(text: &str) -> String {
    let (mut code, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(first) = rest.chars().next() {
        let words = comment_len(rest).or_else(|| literal_len(rest));
        let (taken, after) = rest.split_at(words.unwrap_or(first.len_utf8()));
        if words.is_some() {
            code.extend(taken.chars().map(|c| if c == '\n' { c } else { ' ' }));
        } else {
            code.push(first);
        }
        rest = after;
    }
    code
}

fn comment_len(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    let mut open = usize::from(rest.starts_with("/*"));
    let mut at = 2;
    while open > 0 && at < rest.len() {
        let here = &rest.as_bytes()[at..];
        let step = if here.starts_with(b"*/") || here.starts_with(b"/*") { 2 } else { 1 };
        open = open + usize::from(here.starts_with(b"/*")) - usize::from(here.starts_with(b"*/"));
        at += step;
    }
    rest.starts_with("/*").then_some(at.min(rest.len()))
}

fn literal_len(rest: &str) -> Option<usize> {
    match rest.as_bytes()[0] {
        b'"' => Some(quoted_len(rest, b'"')),
        b'r' => raw_len(rest),
        // A quote without another one after one character begins a lifetime.
        b'\'' if rest[1..].starts_with('\\') => Some(quoted_len(rest, b'\'')),
        b'\'' => {
            rest[1..].chars().next().filter(|c| rest[1 + c.len_utf8()..].starts_with('\'')).map(|c| c.len_utf8() + 2)
        }
        _ => None,
    }
}

fn quoted_len(rest: &str, quote: u8) -> usize {
    let mut escaped = false;
    for (index, byte) in rest.bytes().enumerate().skip(1) {
        if byte == quote && !escaped {
            return index + 1;
        }
        escaped = byte == b'\\' && !escaped;
    }
    rest.len()
}

fn raw_len(rest: &str) -> Option<usize> {
    let hashes = rest[1..].bytes().take_while(|byte| *byte == b'#').count();
    let body = rest[1 + hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    Some(body.find(&end).map_or(rest.len(), |at| rest.len() - body.len() + at + end.len()))
}

#[test]
fn comments_and_literals_are_no_code() {
    for (text, code) in [
        ("a // b\nc", "a     \nc"),
        ("a /* b /* c */ d */ e", "a                   e"),
        (r#"f("x \" y")"#, "f(        )"),
        (r##"f(r#"x " y"#)"##, "f(          )"),
        (r"f('\'', 'x', '\\')", "f(    ,    ,     )"),
        ("fn f<'a>(x: &'a str)", "fn f<'a>(x: &'a str)"),
        ("r#type", "r#type"),
        ("'😀'+1", "   +1"),
    ] {
        assert_eq!(code_of(text), code);
    }
}

#[test]
fn tests_begin_at_their_module() {
    let text = "one\n#[cfg(test)]\nuse x;\n#[cfg(test)]\nmod tests {\ntwo\n}\n";
    let lines = |source: &Source| (source.shipped().count(), source.tests().count());
    assert_eq!(lines(&Source::new("src/model/ids.rs", text)), (3, 4));
    assert_eq!(lines(&Source::new("src/model/tests.rs", text)), (0, 7));
    assert_eq!(lines(&Source::new("src/model/ids.rs", "one\ntwo\n")), (2, 0));
}

#[test]
fn a_word_is_not_the_end_of_another() {
    assert!(has_word("time::sleep(", "sleep("));
    assert!(!has_word("oversleep(", "sleep("));
    assert!(has_word("no_sleep( sleep(", "sleep("));
}
