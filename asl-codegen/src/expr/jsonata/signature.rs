//! The signature of a function: `<s-n?:s>`.

use super::SyntaxError;
use super::lexer::Token;
use std::ops::Range;

/// The signature that `words` are, from the opening to the closing bracket: what stands between these.
///
/// Letters that name no type are passed over, as the reference does.
pub(super) fn check(words: &[(Token, Range<usize>)]) -> Result<String, SyntaxError> {
    let letters: Vec<(char, &Range<usize>)> = words
        .iter()
        .flat_map(|(word, at)| text(word).chars().map(move |letter| (letter, at)).collect::<Vec<_>>())
        .collect();
    let mut before = None;
    let mut pos = 1;
    while let Some((letter, at)) = letters.get(pos) {
        match letter {
            ':' => break,
            's' | 'n' | 'b' | 'l' | 'o' | 'a' | 'f' | 'j' | 'x' => before = Some(*letter),
            '(' => {
                let end = closing(&letters, pos, '(', ')');
                if letters[pos + 1..end].iter().any(|(letter, _)| *letter == '<') {
                    let message = "types with parameters cannot stand in a choice";
                    return Err(SyntaxError::new("S0402", (*at).clone(), message));
                }
                before = Some('(');
                pos = end;
            }
            '<' if matches!(before, Some('a' | 'f')) => pos = closing(&letters, pos, '<', '>'),
            '<' => {
                let message = "only `a` and `f` have parameters";
                return Err(SyntaxError::new("S0401", (*at).clone(), message));
            }
            _ => {}
        }
        pos += 1;
    }
    let last = letters.len().saturating_sub(1);
    Ok(letters[1.min(last)..last].iter().map(|(letter, _)| letter).collect())
}

/// Where the bracket is that closes the one at `open`, or the end.
fn closing(letters: &[(char, &Range<usize>)], open: usize, opening: char, closing: char) -> usize {
    let mut depth = 1;
    for (pos, (letter, _)) in letters.iter().enumerate().skip(open + 1) {
        if *letter == closing {
            depth -= 1;
            if depth == 0 {
                return pos;
            }
        } else if *letter == opening {
            depth += 1;
        }
    }
    letters.len()
}

fn text(word: &Token) -> String {
    match word {
        Token::End => String::new(),
        Token::Name(text) | Token::Variable(text) | Token::String(text) => text.clone(),
        Token::Number(number) => number.to_string(),
        Token::Bool(value) => value.to_string(),
        Token::Null => "null".to_owned(),
        Token::Regex { pattern, flags } => format!("/{pattern}/{flags}g"),
        Token::Op(operator) => (*operator).to_owned(),
    }
}
