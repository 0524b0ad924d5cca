//! What a JSONata expression gives.

use super::kept::Kept;
use super::object::{Member, Object};
use super::scope::Scope;
use super::shape::Shape;
use crate::expr::jsonata::{BinaryOp, Expr, ExprKind, Path, StepKind, functions};
use crate::expr::path::{Root, Step};
use std::ops::Range;

/// What an expression gives.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// A value of this shape, or nothing.
    Maybe(Shape),
    /// A value of this shape, or nothing on some of the ways here, where a member is missing.
    Sometimes(Shape, Box<Missing>),
    /// A value of this shape.
    Surely(Shape),
    /// Certainly nothing, since a member does not exist.
    Nothing(Box<Missing>),
    /// A function.
    Function,
}

/// A member that is missing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Missing {
    /// The bytes of the text that name it.
    pub at: Range<usize>,
    /// The step to it.
    pub step: Step,
    /// What it is looked for in.
    pub before: Shape,
    /// The root and the steps that lead to it, if they begin at the input of the state or at a variable of it.
    pub place: Option<(Root, Vec<Step>)>,
}

/// Why the evaluation of an expression certainly fails.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Failure {
    /// The bytes of the text that it is about.
    pub at: Range<usize>,
    /// What is wrong there.
    pub label: String,
    /// What to write instead.
    pub help: Option<&'static str>,
}

impl Value {
    const ANY: Value = Value::Maybe(Shape::Any);

    /// What an expression gives.
    ///
    /// # Errors
    /// Where it certainly fails.
    pub fn of(expr: &Expr, scope: &Scope<'_>) -> Result<Value, Failure> {
        let mut frame = Frame {
            scope,
            locals: Vec::new(),
        };
        frame.value(expr)
    }

    /// The shape of the value, where it is of no interest that there may be none.
    pub fn shape(self) -> Shape {
        match self {
            Value::Maybe(shape) | Value::Surely(shape) | Value::Sometimes(shape, _) => shape,
            Value::Nothing(_) | Value::Function => Shape::Any,
        }
    }

    fn known(shape: Shape, is_sure: bool) -> Value {
        match is_sure {
            true => Value::Surely(shape),
            false => Value::Maybe(shape),
        }
    }

    fn is_sure(&self) -> bool {
        matches!(self, Value::Surely(_))
    }

    /// What is made of such operands, which is nothing where one of them is.
    fn made_of<'v>(shape: Shape, operands: impl IntoIterator<Item = &'v Value>) -> Value {
        let mut is_sure = true;
        for operand in operands {
            match operand {
                Value::Sometimes(_, missing) => return Value::Sometimes(shape, missing.clone()),
                operand => is_sure &= operand.is_sure(),
            }
        }
        Value::known(shape, is_sure)
    }
}

/// What is bound where an expression stands.
struct Frame<'s> {
    scope: &'s Scope<'s>,
    /// What `:=` bound, the last one of a name counts.
    locals: Vec<(String, Value)>,
}

impl Frame<'_> {
    fn value(&mut self, expr: &Expr) -> Result<Value, Failure> {
        let value = self.of_kind(expr)?;
        match expr.predicates.is_empty() && expr.group.is_none() && !expr.keep_array {
            true => Ok(value),
            false => Ok(Value::ANY),
        }
    }

    /// Recursion is bounded, since the nesting of an expression is.
    fn of_kind(&mut self, expr: &Expr) -> Result<Value, Failure> {
        match &expr.kind {
            ExprKind::String(text) => Ok(Value::Surely(Shape::strings([text.as_str()]))),
            ExprKind::Number(number) if number.fract() == 0.0 => Ok(Value::Surely(Shape::integer())),
            ExprKind::Number(_) => Ok(Value::Surely(Shape::number())),
            ExprKind::Bool(value) => Ok(Value::Surely(Shape::booleans(*value, !*value))),
            ExprKind::Null => Ok(Value::Surely(Shape::null())),
            ExprKind::Regex { .. } | ExprKind::Lambda { .. } | ExprKind::Transform { .. } => Ok(Value::Function),
            ExprKind::Variable(name) => Ok(self.variable(name)),
            ExprKind::Path(path) => Ok(self.path(path)),
            ExprKind::Array { elements, .. } => self.array(elements),
            ExprKind::Object(members) => self.object(members),
            ExprKind::Negate(operand) => {
                let value = self.operand(operand)?;
                Ok(Value::made_of(reckoned(&[&value]), [&value]))
            }
            ExprKind::Binary(operator, left, right) => self.binary(*operator, left, right),
            ExprKind::Block(items) => {
                let outer = self.locals.len();
                let mut last = Value::ANY;
                for item in items {
                    last = self.value(item)?;
                }
                self.locals.truncate(outer);
                Ok(last)
            }
            ExprKind::Bind(name, value) => {
                let value = self.value(value)?;
                self.locals.push((name.clone(), value.clone()));
                Ok(value)
            }
            ExprKind::Condition(condition, then, otherwise) => {
                self.value(condition)?;
                let then = self.perhaps(then);
                let otherwise = match otherwise {
                    Some(otherwise) => self.perhaps(otherwise),
                    None => return Ok(Value::Maybe(then.map_or(Shape::Any, Value::shape))),
                };
                match (then, otherwise) {
                    (Ok(a), Ok(b)) => {
                        let is_sure = a.is_sure() && b.is_sure();
                        Ok(Value::known(a.shape().join(&b.shape()), is_sure))
                    }
                    (Err(failure), Err(_)) => Err(failure),
                    (Ok(value), Err(_)) | (Err(_), Ok(value)) => Ok(value),
                }
            }
            ExprKind::Call(function, arguments) => self.call(function, arguments),
            ExprKind::Name(_)
            | ExprKind::Wildcard
            | ExprKind::Descendants
            | ExprKind::Parent(_)
            | ExprKind::Partial(..)
            | ExprKind::Apply(..) => Ok(Value::ANY),
        }
    }

    /// What may not be evaluated, so that of what it binds nothing is known.
    fn perhaps(&mut self, expr: &Expr) -> Result<Value, Failure> {
        let outer = self.locals.len();
        let value = self.value(expr);
        for (_, local) in &mut self.locals[outer..] {
            *local = Value::ANY;
        }
        value
    }

    fn variable(&self, name: &str) -> Value {
        if let Some((_, value)) = self.locals.iter().rev().find(|(local, _)| local == name) {
            return value.clone();
        }
        if name == "states" {
            return Value::Surely(self.scope.states.clone());
        }
        match self.scope.variables.member(name) {
            Some(variable) => Value::known(variable.shape, variable.is_required),
            None if functions::find(name).is_some() => Value::Function,
            None => Value::ANY,
        }
    }

    /// Whether a name means the function of that name.
    fn is_function(&self, name: &str) -> bool {
        let is_local = self.locals.iter().any(|(local, _)| local == name);
        !is_local && self.scope.variables.member(name).is_none()
    }

    /// A path of plain names from a variable.
    fn path(&self, path: &Path) -> Value {
        let mut steps = path.steps.iter().map(|step| match &step.kind {
            StepKind::Expr(expr) if step.stages.is_empty() && step.focus.is_none() && step.index.is_none() => {
                let is_plain = expr.is_bare() && !expr.keep_array;
                is_plain.then_some(expr)
            }
            _ => None,
        });
        let Some(Some(Expr {
            kind: ExprKind::Variable(variable),
            ..
        })) = steps.next()
        else {
            return Value::ANY;
        };
        let mut value = self.variable(variable);
        let mut names: Vec<Step> = Vec::new();
        for step in steps {
            let Some(Expr {
                kind: ExprKind::Name(name),
                at,
                ..
            }) = step
            else {
                return Value::ANY;
            };
            names.push(Step::Member(name.clone()));
            let missing = |before: &Shape| {
                Box::new(Missing {
                    at: at.clone(),
                    step: Step::Member(name.clone()),
                    before: before.clone(),
                    place: self.place(variable, &names),
                })
            };
            value = match value {
                Value::Surely(shape) => member(&shape, name, true, &missing),
                Value::Maybe(shape) => member(&shape, name, false, &missing),
                Value::Sometimes(shape, earlier) => match member(&shape, name, false, &missing) {
                    Value::Maybe(shape) | Value::Sometimes(shape, _) => Value::Sometimes(shape, earlier),
                    value => value,
                },
                Value::Nothing(missing) => return Value::Nothing(missing),
                Value::Function => return Value::ANY,
            };
        }
        match value {
            _ if path.keep_array => Value::Maybe(Shape::any_array()),
            // What the context object has is a matter of its own.
            Value::Sometimes(shape, missing) if missing.place.is_none() => Value::Maybe(shape),
            value => value,
        }
    }

    /// Where the members of a variable are that are looked up one after the other.
    fn place(&self, variable: &str, members: &[Step]) -> Option<(Root, Vec<Step>)> {
        let is_local = self.locals.iter().any(|(local, _)| local == variable);
        match (variable, members) {
            _ if is_local => None,
            ("states", [Step::Member(first), members @ ..]) if first == "input" => {
                Some((Root::Input, members.to_vec()))
            }
            ("states", _) => None,
            (name, members) => Some((Root::Variable(name.to_owned()), members.to_vec())),
        }
    }

    /// What an array constructor gives: arrays dissolve in it, but for those that are constructed themselves.
    fn array(&mut self, elements: &[Expr]) -> Result<Value, Failure> {
        let mut all = Shape::never();
        for element in elements {
            let is_constructed = matches!(element.kind, ExprKind::Array { .. });
            let is_range = matches!(element.kind, ExprKind::Binary(BinaryOp::Range, ..));
            let shape = match self.value(element)? {
                Value::Nothing(_) => continue,
                _ if is_range => Shape::integer(),
                value if is_constructed => value.shape(),
                value => value.shape().as_list(),
            };
            all = all.join(&shape);
        }
        Ok(Value::Surely(Shape::array(all)))
    }

    /// What an object constructor gives, which leaves out what has no value.
    fn object(&mut self, members: &[(Expr, Expr)]) -> Result<Value, Failure> {
        let mut object = Object::default();
        let mut has_computed_keys = false;
        for (key, value) in members {
            let value = self.value(value)?;
            match &key.kind {
                ExprKind::String(name) if !matches!(value, Value::Nothing(_)) => {
                    let is_required = value.is_sure() || value == Value::Function;
                    let shape = value.shape();
                    object.set(name.as_str(), Member { shape, is_required });
                }
                ExprKind::String(_) => {}
                _ => has_computed_keys = true,
            }
        }
        // A key that is computed can be any of the others too, and that fails.
        if has_computed_keys {
            object.open(Shape::Any);
        }
        Ok(Value::Surely(object.into()))
    }

    fn binary(&mut self, operator: BinaryOp, left: &Expr, right: &Expr) -> Result<Value, Failure> {
        use BinaryOp::{
            Add, And, Concat, Divide, Equal, Greater, GreaterOrEqual, In, Less, LessOrEqual, Modulo, Multiply,
            NotEqual, Or, Range, Subtract,
        };
        let boolean = Value::Surely(Shape::boolean());
        match operator {
            Add | Subtract | Multiply | Modulo => {
                let left = self.operand(left)?;
                let right = self.operand(right)?;
                Ok(Value::made_of(reckoned(&[&left, &right]), [&left, &right]))
            }
            Divide => {
                let left = self.operand(left)?;
                let right = self.operand(right)?;
                Ok(Value::made_of(Shape::number(), [&left, &right]))
            }
            Concat => {
                self.value(left)?;
                self.value(right)?;
                Ok(Value::Surely(Shape::string()))
            }
            Equal | NotEqual | In => {
                self.value(left)?;
                self.value(right)?;
                Ok(boolean)
            }
            // The right side may not be evaluated.
            And | Or => {
                self.value(left)?;
                // What is wrong in it counts only where it is.
                let _ = self.perhaps(right);
                Ok(boolean)
            }
            Less | LessOrEqual | Greater | GreaterOrEqual => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                match Value::made_of(Shape::boolean(), [&left, &right]) {
                    // They may be of types that are not compared.
                    Value::Surely(shape) => Ok(Value::Maybe(shape)),
                    value => Ok(value),
                }
            }
            Range => Ok(Value::ANY),
        }
    }

    /// An operand of arithmetic, which takes numbers only.
    fn operand(&mut self, expr: &Expr) -> Result<Value, Failure> {
        let value = self.value(expr)?;
        let (label, help) = match &value {
            Value::Maybe(_) | Value::Sometimes(..) | Value::Nothing(_) => return Ok(value),
            Value::Surely(shape) => match shape.types() {
                None => return Ok(value),
                Some(types) if types.number().is_some() || shape.is_never() => return Ok(value),
                // A list of one number is taken for the number.
                Some(types) if types.array().is_some() => return Ok(Value::ANY),
                Some(types) => {
                    let names = types.names().join(" or ");
                    let label = format!("this is {names}, and only numbers can be reckoned with");
                    let is_text = types.string().is_some();
                    (
                        label,
                        is_text.then_some("join texts with `&`, and make a number of one with `$number`"),
                    )
                }
            },
            Value::Function => (
                "this is a function, and only numbers can be reckoned with".to_owned(),
                None,
            ),
        };
        let at = expr.at.clone();
        Err(Failure { at, label, help })
    }

    fn call(&mut self, function: &Expr, arguments: &[Expr]) -> Result<Value, Failure> {
        let mut given = Vec::with_capacity(arguments.len());
        for argument in arguments {
            given.push(self.value(argument)?);
        }
        let ExprKind::Variable(name) = &function.kind else {
            return Ok(Value::ANY);
        };
        let known = functions::find(name).filter(|_| self.is_function(name));
        let Some(known) = known else { return Ok(Value::ANY) };
        Ok(match name.as_str() {
            "exists" => Value::Surely(Shape::boolean()),
            "now" | "uuid" => Value::Surely(Shape::string()),
            "count" => Value::Surely(Shape::integer()),
            "millis" => Value::Surely(Shape::integer()),
            "random" => Value::Surely(Shape::number()),
            "length" | "round" if given.len() == 1 => Value::Maybe(Shape::integer()),
            "floor" | "ceil" => Value::Maybe(Shape::integer()),
            // What it says is an array may be its only element.
            _ => Value::Maybe(match known.result() {
                "n" => Shape::number(),
                "s" => Shape::string(),
                "b" => Shape::boolean(),
                "o" => Shape::any_object(),
                _ => Shape::Any,
            }),
        })
    }
}

/// What a step to a member gives: of a list, the members of its elements.
fn member(shape: &Shape, name: &str, is_sure: bool, missing: &dyn Fn(&Shape) -> Box<Missing>) -> Value {
    let Some(types) = shape.types() else { return Value::ANY };
    let (found, may_fail) = shape.member(name);
    let Some(array) = types.array() else {
        return match found.is_never() {
            true => Value::Nothing(missing(shape)),
            false if shape.lacks_on_some_ways(name) => Value::Sometimes(found, missing(shape)),
            false => Value::known(found, is_sure && !may_fail),
        };
    };
    let elements = array.elements();
    let may_nest = elements.types().is_none_or(|types| types.array().is_some());
    let inner = match may_nest {
        true => Shape::Any,
        false => match member(&elements, name, false, missing) {
            Value::Nothing(_) => Shape::never(),
            value => value.shape(),
        },
    };
    let listed = match inner.is_never() {
        true => Shape::never(),
        false => inner.join(&Shape::array(inner.as_list())),
    };
    match found.join(&listed) {
        never if never.is_never() => Value::Nothing(missing(shape)),
        shape => Value::Maybe(shape),
    }
}

impl Shape {
    pub(super) fn without_arrays(&self) -> Shape {
        let arrays = Kept {
            arrays: true,
            ..Kept::default()
        };
        self.filter(|types| types.retain(arrays.others()))
    }
}

/// What arithmetic makes of operands: of integers, an integer.
fn reckoned(operands: &[&Value]) -> Shape {
    let is_integer = |value: &&Value| match value {
        Value::Maybe(shape) | Value::Sometimes(shape, _) | Value::Surely(shape) => *shape == Shape::integer(),
        Value::Nothing(_) | Value::Function => false,
    };
    match operands.iter().all(is_integer) {
        true => Shape::integer(),
        false => Shape::number(),
    }
}
