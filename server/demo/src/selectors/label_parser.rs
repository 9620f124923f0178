//! Reads label selectors: the grammar and the complaints of a real API server.

use super::SelectorError;
use super::label_names::{check_key, check_value};
use super::labels::{Labels, Must, Requirement};

/// What a selector's text asks for.
pub(super) fn parse(text: &str) -> Result<Labels, SelectorError> {
    let mut parser = Parser { tokens: tokens(text), next: 0 };
    parser.labels().map_err(SelectorError)
}

/// What a word or a sign is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// A name or a value; `in` and `notin` too, which are words like others where no operator can be.
    Word(String),
    Sign(&'static str),
    /// A sign that there is not.
    Unknown(String),
}

const SIGNS: [&str; 8] = ["==", "!=", "=", "!", "(", ")", ",", ">"];

fn tokens(text: &str) -> Vec<Token> {
    let is_sign = |c: char| "=!(),><".contains(c);
    let mut tokens = vec![];
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = if is_sign(first) {
            let sign = SIGNS.into_iter().chain(["<"]).find(|sign| rest.starts_with(sign));
            let unknown = || (Token::Unknown(first.to_string()), first.len_utf8());
            sign.map_or_else(unknown, |sign| (Token::Sign(sign), sign.len()))
        } else {
            let end = rest.find(|c: char| is_sign(c) || c.is_whitespace()).unwrap_or(rest.len());
            (Token::Word(rest.get(..end).unwrap_or_default().to_owned()), end)
        };
        tokens.push(token);
        rest = rest.get(length..).unwrap_or_default().trim_start();
    }
    tokens
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
}

impl Parser {
    fn labels(&mut self) -> Result<Labels, String> {
        let mut requirements = vec![];
        loop {
            match self.peek() {
                None => break,
                Some(Token::Word(_) | Token::Sign("!")) => {}
                Some(_) => {
                    return Err(self.complaint(", expected: !, identifier, or 'end of string'"));
                }
            }
            let unreadable = |error| format!("unable to parse requirement: {error}");
            requirements.push(self.requirement().map_err(unreadable)?);
            match self.peek() {
                None => break,
                Some(Token::Sign(",")) => self.next += 1,
                Some(_) => return Err(self.complaint(", expected: ',' or 'end of string'")),
            }
            if !matches!(self.peek(), Some(Token::Word(_) | Token::Sign("!"))) {
                return Err(self.complaint(", expected: identifier after ','"));
            }
        }
        Ok(Labels(requirements))
    }

    fn requirement(&mut self) -> Result<Requirement, String> {
        let negated = self.takes("!");
        let key = self.word(", expected: identifier")?;
        check_key(&key)?;
        let must = match self.peek() {
            _ if negated => Must::NotExist,
            None | Some(Token::Sign(",")) => Must::Exist,
            Some(_) => self.operation(&key)?,
        };
        Ok(Requirement { key, must })
    }

    fn operation(&mut self, key: &str) -> Result<Must, String> {
        let operator = match self.peek() {
            Some(Token::Sign(sign @ ("=" | "==" | "!=" | ">" | "<"))) => (*sign).to_owned(),
            Some(Token::Word(word)) if word == "in" || word == "notin" => word.clone(),
            _ => return Err(self.complaint(", expected: in, notin, =, ==, !=, gt, lt")),
        };
        self.next += 1;
        let values = match operator.as_str() {
            "in" | "notin" => self.values()?,
            _ => vec![self.value()?],
        };
        if matches!(operator.as_str(), ">" | "<") {
            let number = values.first().and_then(|value| value.parse().ok()).ok_or_else(|| {
                let value = values.first().cloned().unwrap_or_default();
                format!(
                    "values[0]: Invalid value: {value:?}: for 'Gt', 'Lt' operators, the value must be an integer"
                )
            })?;
            return Ok(if operator == ">" { Must::BeOver(number) } else { Must::BeUnder(number) });
        }
        for (place, value) in values.iter().enumerate() {
            check_value(key, place, value)?;
        }
        Ok(match operator.as_str() {
            "notin" | "!=" => Must::NotBeIn(values),
            _ => Must::BeIn(values),
        })
    }

    /// One value, perhaps the empty one.
    fn value(&mut self) -> Result<String, String> {
        match self.peek() {
            None | Some(Token::Sign(",")) => Ok(String::new()),
            Some(_) => self.word(", expected: identifier"),
        }
    }

    /// Values in parentheses; an empty place between commas is the empty value.
    fn values(&mut self) -> Result<Vec<String>, String> {
        if !self.takes("(") {
            return Err(self.complaint(" expected: '('"));
        }
        let mut values = vec![];
        loop {
            match self.peek() {
                Some(Token::Word(word)) => {
                    values.push(word.clone());
                    self.next += 1;
                }
                Some(Token::Sign("," | ")")) => values.push(String::new()),
                _ if values.is_empty() => {
                    return Err(self.complaint(", expected: ',', ')' or identifier"));
                }
                _ => return Err(self.complaint(", expected: ',', or identifier")),
            }
            if self.takes(")") {
                values.sort();
                values.dedup();
                return Ok(values);
            }
            if !self.takes(",") {
                return Err(self.complaint(", expected: ',' or ')'"));
            }
        }
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    fn takes(&mut self, sign: &'static str) -> bool {
        let is_next = self.peek() == Some(&Token::Sign(sign));
        self.next += usize::from(is_next);
        is_next
    }

    fn word(&mut self, expected: &str) -> Result<String, String> {
        match self.peek().cloned() {
            Some(Token::Word(word)) => {
                self.next += 1;
                Ok(word)
            }
            _ => Err(self.complaint(expected)),
        }
    }

    fn complaint(&self, expected: &str) -> String {
        let found = match self.peek() {
            None => "",
            Some(Token::Word(word) | Token::Unknown(word)) => word,
            Some(Token::Sign(sign)) => sign,
        };
        format!("found '{found}'{expected}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_are_those_of_a_real_server() {
        let error = |text| parse(text).unwrap_err().to_string();
        for (text, complaint) in [
            (
                "a b",
                "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt",
            ),
            ("a in b", "unable to parse requirement: found 'b' expected: '('"),
            ("a in (b", "unable to parse requirement: found '', expected: ',' or ')'"),
            ("a,", "found '', expected: identifier after ','"),
            (",a", "found ',', expected: !, identifier, or 'end of string'"),
            ("a=b c", "found 'c', expected: ',' or 'end of string'"),
            ("!a=b", "found '=', expected: ',' or 'end of string'"),
            (
                "a>b",
                "unable to parse requirement: values[0]: Invalid value: \"b\": \
                for 'Gt', 'Lt' operators, the value must be an integer",
            ),
        ] {
            assert_eq!(error(text), complaint, "{text}");
        }
    }
}
