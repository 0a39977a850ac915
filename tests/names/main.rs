//! Names of every kind, also made up of what is most alike: whatever a text is, its key and its look are the same in
//! every form, and nobody who may claim a handle is taken for somebody else.

mod holds;

use proptest::prelude::*;

/// Letters that pass for each other, marks that cannot be seen, and the scripts that they are from.
const ALIKE: &str = "[aаɑαᎪꓮａ𝐚ⓐA oоοօ0O〇 lIі1ӏǀן sѕꮪ nոռ mrn \u{301}\u{307}\u{34f}\u{fe0f}\u{e0100}\u{200b}\u{202e}\u{1b}\u{9b}.-_ー一ß京한हع٣]{0,12}";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_text(text in any::<String>()) {
        holds::name(&text);
    }

    #[test]
    fn any_letters(text in "[\\p{L}\\p{M}\\p{Nd}]{1,40}") {
        holds::name(&text);
    }

    #[test]
    fn what_is_most_alike(text in ALIKE) {
        holds::name(&text);
    }

    #[test]
    fn words_that_are_reserved(word in "[gGɡǥ][uU][eEе][sSѕ][tTт][-ー一ᅳ_a\u{34f}\u{301}]{0,2}", other in "[aAа][dԁD][mrnM]{1,2}[iIіl][nNո]") {
        holds::name(&word);
        holds::name(&other);
    }
}
