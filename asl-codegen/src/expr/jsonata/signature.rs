//! The signature of a function: `<s-n?:s>`.

use super::lexer::Token;
use super::{SyntaxError, regex};
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
    // The reference makes a regular expression of each parameter, and one of all. What precedes the first is none.
    let mut regexes = vec![".".to_owned()];
    let invalid = || {
        let at = words.first().map_or(0, |(_, at)| at.start)..words.last().map_or(0, |(_, at)| at.end);
        SyntaxError::uncoded(at, "a type of this signature cannot be repeated, or chosen, like this")
    };
    let mut pos = 1;
    while let Some((letter, at)) = letters.get(pos) {
        match letter {
            ':' => break,
            's' | 'n' | 'b' | 'l' | 'o' | 'a' | 'f' | 'j' | 'x' => {
                regexes.push(".".to_owned());
                before = Some(*letter);
            }
            '-' | '?' | '+' => {
                if let Some(last) = regexes.last_mut() {
                    if *letter == '-' && regex::check(last).is_err() {
                        return Err(invalid());
                    }
                    last.push(if *letter == '+' { '+' } else { '?' });
                }
            }
            '(' => {
                let end = closing(&letters, pos, '(', ')');
                if letters[pos + 1..end].iter().any(|(letter, _)| *letter == '<') {
                    let message = "types with parameters cannot stand in a choice";
                    return Err(SyntaxError::new("S0402", (*at).clone(), message));
                }
                let choice: String = letters[pos + 1..end].iter().map(|(letter, _)| letter).collect();
                regexes.push(format!("[{choice}m]"));
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
    if regex::check(&regexes[1..].concat()).is_err() {
        return Err(invalid());
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
