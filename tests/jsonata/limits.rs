//! Expressions that go beyond the limits of an evaluation (J-68 to J-70).

/// The names that they see.
pub const BOUND: [&str; 2] = ["text", "numbers"];

/// Expressions that go on for long, each by another part of the language. They see `$text`, of 100,000 characters, and
/// `$numbers`, from 1 to 100,000; the context value is an object with as many members.
pub const LONG: &[&str] = &[
    "$map([1..200], function($a) { $map([1..200], function($b) { $a * $b }) })",
    "$filter($numbers, function($a) { $a > 1 })",
    "$reduce($numbers, function($a, $b) { $a + $b })",
    "$single($numbers, function($a) { $a = 1 })",
    "$sort($numbers, function($a, $b) { $a < $b })",
    "$each($, function($v, $k) { $v })",
    "$sift($, function($v, $k) { $v > 1 })",
    "$numbers.($ * 2)",
    "$numbers.{'n': $}",
    "$numbers.[$]",
    "$numbers[$ > 1]",
    "$numbers^(>$)",
    "$numbers{$string($): $}",
    "$merge($numbers.{$string($): $})",
    "$distinct($append($numbers, $numbers))",
    "$numbers.$string()",
    "$map($numbers, $sqrt)",
    "$replace($text, /x/, 'y')",
    "$match($text, /x/)",
    "$split($text, /x/)",
    "$keys($numbers.{'n': $})",
    "$spread($numbers.{'n': $})",
    "$lookup($numbers.{'n': $}, 'n')",
    "$map([1..100], function($n) { $sum($numbers) })",
    "$map([1..100], function($n) { $max($numbers) + $count($numbers) })",
    "$map([1..100], function($n) { $count([1..30000]) })",
    "$map([1..100], function($n) { $count([$numbers, 0]) })",
    "$map([1..100], function($n) { $length($text) })",
    "$map([1..100], function($n) { $contains($text, 'y') })",
    "$map([1..100], function($n) { $length($text & $n) })",
    "$map([1..100], function($n) { $length($substring($text, $n)) })",
];

/// Expressions that make more than there is room for, each value of them being small enough.
pub const LARGE: &[&str] = &[
    "$count($map([1..1000], function($n) { [1..800000] }))",
    "$count([1..1000].[1..800000])",
    "$count($map([1..1000], function($n) { [$numbers, 0] }))",
    "$count($map([1..1000], function($n) { $append($numbers, 0) }))",
    "$count($map([1..1000], function($n) { $numbers.$ }))",
    "$count($map([1..10000], function($n) { $text & $n }))",
    "$reduce([1..64], function($all, $n) { [$all, $all] }, [1, 2])",
    "$reduce([1..64], function($all, $n) { {'a': $all, 'b': $all} }, 1)",
    "$reduce([1..64], function($all, $n) { $all & $all }, 'x')",
];
