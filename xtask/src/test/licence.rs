//! SPDX expressions, as far as crates use them: AND, OR, parentheses, and the old slash for OR.

/// Whether somebody who accepts only what `allowed` accepts may use it.
pub fn is_allowed(expression: &str, allowed: &dyn Fn(&str) -> bool) -> bool {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let result = either(&mut rest, allowed);
    result && rest.is_empty()
}

fn either(words: &mut &[&str], allowed: &dyn Fn(&str) -> bool) -> bool {
    let mut result = both(words, allowed);
    while take(words, "OR") {
        result |= both(words, allowed);
    }
    result
}

fn both(words: &mut &[&str], allowed: &dyn Fn(&str) -> bool) -> bool {
    let mut result = one(words, allowed);
    while take(words, "AND") {
        result &= one(words, allowed);
    }
    result
}

fn one(words: &mut &[&str], allowed: &dyn Fn(&str) -> bool) -> bool {
    if take(words, "(") {
        let result = either(words, allowed);
        return take(words, ")") && result;
    }
    let Some((name, rest)) = words.split_first() else {
        return false;
    };
    *words = rest;
    if take(words, "WITH")
        && let Some((exception, rest)) = words.split_first()
    {
        *words = rest;
        return allowed(&format!("{name} WITH {exception}"));
    }
    allowed(name)
}

fn take(words: &mut &[&str], word: &str) -> bool {
    match words.split_first() {
        Some((first, rest)) if *first == word => {
            *words = rest;
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_understood() {
        let ours = |name: &str| ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"].contains(&name);
        for good in [
            "MIT",
            "MIT OR GPL-3.0",
            "GPL-3.0/MIT",
            "ISC AND (GPL-3.0 OR MIT)",
            "GPL-3.0 AND ISC OR MIT",
            "Apache-2.0 WITH LLVM-exception OR GPL-3.0",
        ] {
            assert!(is_allowed(good, &ours), "{good}");
        }
        for bad in [
            "",
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "(MIT",
            "MIT ISC",
            "Apache-2.0 WITH X",
        ] {
            assert!(!is_allowed(bad, &ours), "{bad}");
        }
    }
}
