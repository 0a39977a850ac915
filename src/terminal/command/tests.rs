//! What lines mean, and what is said about those that mean nothing.

use proptest::prelude::*;

use super::*;

fn command(line: &str) -> Command {
    match read_line(line) {
        Input::Command(command) => command,
        other => panic!("{line:?} is {other:?}"),
    }
}

fn mistake(line: &str) -> String {
    match read_line(line) {
        Input::Mistake(why) => why,
        other => panic!("{line:?} is {other:?}"),
    }
}

#[test]
fn every_command_is_understood_with_either_sign() {
    let table = [
        ("usage", Command::Usage),
        ("help", Command::Usage),
        ("register ann", Command::Register("ann".to_owned())),
        ("login ann", Command::Login("ann".to_owned())),
        ("password", Command::Password),
        ("devices", Command::Devices(None)),
        ("devices revoke 12", Command::Devices(Some(DeviceId(12)))),
        ("file a b.txt", Command::File("a b.txt".into())),
        ("image 'cat 1.png'", Command::Image("cat 1.png".into())),
        ("quit", Command::Quit),
        ("join  dev ", Command::Join("dev".to_owned())),
        ("leave", Command::Leave),
        ("rooms", Command::Rooms),
        ("WHO", Command::Who),
        ("history", Command::History(50)),
        ("history 7", Command::History(7)),
        ("topic", Command::Topic(None)),
        ("topic all of it", Command::Topic(Some("all of it".to_owned()))),
        ("save 12", Command::Save { seq: Seq(12), to: None }),
        ("save #12 x y", Command::Save { seq: Seq(12), to: Some("x y".into()) }),
    ];
    for (line, expected) in table {
        assert_eq!(command(&format!(".{line}")), expected);
        assert_eq!(command(&format!("/{line}")), expected);
    }
}

#[test]
fn words_of_other_chats_mean_the_same() {
    for (line, same) in [
        ("/part", ".leave"),
        ("/names", ".who"),
        ("/list", ".rooms"),
        ("/nick Ann", ".register Ann"),
        ("/J dev", ".join dev"),
        ("/join #dev", ".join dev"),
        ("/exit", ".quit"),
        ("/q", ".quit"),
    ] {
        assert_eq!(command(line), command(same), "{line}");
    }
}

#[test]
fn remarks_name_a_message() {
    let react = |on| Remark::React { of: Seq(3), emoji: "👍".to_owned(), on };
    let table = [
        ("reply 3 I am", Remark::Reply { to: Seq(3), text: "I am".to_owned() }),
        ("edit I am", Remark::Edit { of: None, text: "I am".to_owned() }),
        ("edit #3 I am", Remark::Edit { of: Some(Seq(3)), text: "I am".to_owned() }),
        ("delete", Remark::Delete(None)),
        ("delete #3", Remark::Delete(Some(Seq(3)))),
        ("react #3 👍", react(true)),
        ("unreact 3 👍", react(false)),
    ];
    for (line, expected) in table {
        assert_eq!(command(&format!(".{line}")), Command::Remark(expected));
    }
}

#[test]
fn texts_are_texts() {
    for line in ["hello", " .quit", "http://x", "a\n.quit", "¡hola!", "...", "... well", "...and", "///"] {
        assert_eq!(read_line(line), Input::Text(line.to_owned()));
    }
    assert_eq!(read_line("//quit"), Input::Text("/quit".to_owned()));
    assert_eq!(read_line("..hello"), Input::Text(".hello".to_owned()));
    assert_eq!(read_line(" \t"), Input::Nothing);
}

#[test]
fn the_nearest_command_is_named() {
    for (line, nearest) in [(".qiut", ".quit"), ("/jion x", "/join"), (".regster", ".register"), (".rom", ".rooms")] {
        assert!(mistake(line).contains(&format!("did you mean {nearest}?")), "{}", mistake(line));
    }
    assert!(mistake(".fnord").contains(".usage"));
    assert!(mistake("/usr/bin").contains("begin with //"));
    assert!(mistake("/tmp/a b.png").contains(".file /tmp/a b.png sends a file"));
    assert!(mistake("/me waves").contains("say it in words"));
    assert!(mistake(". a").contains(".usage"));
}

#[test]
fn wrong_arguments_are_explained() {
    for (line, word) in [
        (".join", "a room is missing: .join ROOM"),
        (".join a b", "one word"),
        (".join a/b", "letters, digits, '-', '_' and '.': .join ROOM"),
        (".quit now", "takes nothing"),
        (".history 0", "from 1 to 1000"),
        (".history many", "from 1 to 1000"),
        (".save", "the number"),
        (".save 0", "the number"),
        (".save 1 'x", "closing"),
        (".file", "a path is missing"),
        (".reply yes", "N is the number of a message, as in #12: .reply N TEXT"),
        (".reply 3", "the answer is missing: .reply N TEXT"),
        (".edit", "the new text is missing: .edit [N] TEXT"),
        (".delete that", "N is the number of a message, as in #12: .delete N"),
        (".react 3", "an emoji is missing: .react N EMOJI"),
    ] {
        assert!(mistake(line).contains(word), "{}", mistake(line));
    }
}

#[test]
fn the_help_names_every_command_and_fits_a_terminal() {
    let help: Vec<String> = usage().collect();
    assert!(TABLE.iter().all(|row| help.iter().any(|line| line.contains(&format!(".{}", row.name)))));
    assert!(help.iter().all(|line| line.len() < 78), "{help:?}");
}

proptest! {
    #[test]
    fn any_line_is_understood_or_explained(line in "[./]?[a-z]{0,8}.{0,20}") {
        if let Input::Text(text) = read_line(&line) {
            prop_assert!(line.ends_with(&text));
        }
    }
}
