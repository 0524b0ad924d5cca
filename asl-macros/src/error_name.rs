//! `#[derive(ErrorName)]`

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Attribute, Data, DeriveInput, Fields, LitStr, Type, Variant};

pub(crate) fn expand(input: TokenStream) -> syn::Result<TokenStream> {
    let input: DeriveInput = syn::parse2(input)?;
    let own = attribute(&input.attrs)?;
    let arms: Vec<Arm> = match &input.data {
        Data::Struct(data) => vec![Arm::new(quote!(Self), &input.ident, &data.fields, own)?],
        Data::Enum(data) => data
            .variants
            .iter()
            .map(|variant| variant_arm(variant, own.as_ref()))
            .collect::<syn::Result<_>>()?,
        Data::Union(data) => return Err(syn::Error::new(data.union_token.span, "a union has no error names")),
    };

    let names = arms.iter().map(Arm::name);
    let delegates = arms.iter().filter_map(|arm| match arm.naming {
        Naming::Delegate(field) => Some(field),
        Naming::Text(_) => None,
    });
    let mut generics = input.generics.clone();
    if !generics.params.is_empty() {
        let bounds = delegates.map(|field| syn::parse_quote!(#field: ::asl_runtime::ErrorName));
        let bounds: Vec<syn::WherePredicate> = bounds.collect();
        generics.make_where_clause().predicates.extend(bounds);
    }
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let name = &input.ident;
    let cause = cause(&arms);
    // An enum without variants is matched by value: a reference to it is not seen to be impossible.
    let value = if arms.is_empty() { quote!(*self) } else { quote!(self) };
    Ok(quote! {
        #[automatically_derived]
        impl #impl_generics ::asl_runtime::ErrorName for #name #type_generics #where_clause {
            fn error_name(&self) -> &str {
                match #value { #(#names)* }
            }

            #cause
        }
    })
}

/// The method `cause`, where a field answers it; otherwise the trait's own is right.
fn cause(arms: &[Arm]) -> Option<TokenStream> {
    let causes: Vec<_> = arms.iter().filter_map(Arm::cause).collect();
    if causes.is_empty() {
        return None;
    }
    let others = (causes.len() < arms.len()).then(|| quote!(_ => ::std::string::ToString::to_string(self),));
    Some(quote! {
        fn cause(&self) -> ::std::string::String {
            match self { #(#causes)* #others }
        }
    })
}

fn variant_arm<'a>(variant: &'a Variant, of_enum: Option<&Attr>) -> syn::Result<Arm<'a>> {
    let name = &variant.ident;
    let own = attribute(&variant.attrs)?;
    let attr = own.or_else(|| of_enum.cloned());
    Arm::new(quote!(Self::#name), name, &variant.fields, attr)
}

/// One arm of the matches: a variant, or the whole struct.
struct Arm<'a> {
    /// `Self::Declined`
    path: TokenStream,
    naming: Naming<'a>,
    /// What a pattern calls the one field of a transparent arm.
    field: Option<TokenStream>,
}

enum Naming<'a> {
    Text(String),
    /// The field of this type says it.
    Delegate(&'a Type),
}

impl<'a> Arm<'a> {
    fn new(path: TokenStream, ident: &Ident, fields: &'a Fields, attr: Option<Attr>) -> syn::Result<Arm<'a>> {
        let mut field = None;
        let naming = match attr {
            None => Naming::Text(ident.to_string().trim_start_matches("r#").to_owned()),
            Some(Attr::Name(name)) => Naming::Text(name),
            Some(Attr::Transparent(word)) => {
                let mut all = fields.iter();
                let (Some(one), None) = (all.next(), all.next()) else {
                    return Err(syn::Error::new(word.span(), "`transparent` needs exactly one field"));
                };
                field = Some(match &one.ident {
                    Some(name) => quote!(#name),
                    None => quote!(0),
                });
                Naming::Delegate(&one.ty)
            }
        };
        Ok(Arm { path, naming, field })
    }

    fn name(&self) -> TokenStream {
        let Arm { path, field, .. } = self;
        match &self.naming {
            Naming::Text(name) => quote!(#path { .. } => #name,),
            Naming::Delegate(_) => quote!(#path { #field: inner } => ::asl_runtime::ErrorName::error_name(inner),),
        }
    }

    fn cause(&self) -> Option<TokenStream> {
        let Arm { path, field, .. } = self;
        let field = field.as_ref()?;
        Some(quote!(#path { #field: inner } => ::asl_runtime::ErrorName::cause(inner),))
    }
}

/// `#[error_name(..)]`
#[derive(Clone)]
enum Attr {
    Name(String),
    Transparent(Ident),
}

fn attribute(attributes: &[Attribute]) -> syn::Result<Option<Attr>> {
    let mut found = None;
    for attribute in attributes.iter().filter(|a| a.path().is_ident("error_name")) {
        if found.is_some() {
            return Err(syn::Error::new_spanned(attribute, "`error_name` is given twice"));
        }
        found = Some(attribute.parse_args_with(|input: syn::parse::ParseStream| {
            if input.peek(LitStr) {
                let name: LitStr = input.parse()?;
                check_name(&name)?;
                return Ok(Attr::Name(name.value()));
            }
            let word: Ident = input
                .parse()
                .map_err(|error| syn::Error::new(error.span(), "expected a name in double quotes, or `transparent`"))?;
            match word == "transparent" {
                true => Ok(Attr::Transparent(word)),
                false => Err(syn::Error::new(
                    word.span(),
                    format!("expected `transparent`, or a name in double quotes\nhelp: write \"{word}\""),
                )),
            }
        })?);
    }
    Ok(found)
}

fn check_name(name: &LitStr) -> syn::Result<()> {
    let text = name.value();
    if text.starts_with("States.") {
        // ER-19: those are raised by the machine itself.
        let message = "names that begin with `States.` belong to Amazon States Language";
        return Err(syn::Error::new(name.span(), message));
    }
    if text.is_empty() {
        return Err(syn::Error::new(name.span(), "an error name cannot be empty"));
    }
    Ok(())
}
