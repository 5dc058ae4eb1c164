//! Compiles `nsp/**/*.proto` with protox, so that no `protoc` binary is needed, and writes down what the options in them
//! say: who may call which method, and on which subject each event goes.

use std::{env, error::Error, fmt::Write as _, fs, path::Path};

use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, Value};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=nsp");
    let mut files = Vec::new();
    find_protos(Path::new("nsp"), &mut files)?;
    files.sort();
    let mut compiler = protox::Compiler::new(["."])?;
    compiler
        .include_imports(true)
        .include_source_info(true)
        .open_files(&files)?;
    let descriptors = compiler.file_descriptor_set();
    // prost drops extensions; these bytes keep the options that are ours.
    let encoded = compiler.encode_file_descriptor_set();

    let out = env::var("OUT_DIR")?;
    fs::write(
        format!("{out}/descriptors.bin"),
        descriptors.encode_to_vec(),
    )?;
    generate_code(descriptors)?;
    generate_event_json(&encoded)?;

    let pool = DescriptorPool::decode(encoded.as_slice())?;
    fs::write(format!("{out}/access.rs"), access_table(&pool)?)?;
    fs::write(format!("{out}/events.rs"), event_impls(&pool)?)?;
    Ok(())
}

fn find_protos(dir: &Path, found: &mut Vec<String>) -> std::io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            find_protos(&path, found)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "proto")
        {
            found.push(path.display().to_string());
        }
    }
    Ok(())
}

fn generate_code(descriptors: prost_types::FileDescriptorSet) -> Result<(), Box<dyn Error>> {
    let mut prost = prost_build::Config::new();
    prost.enable_type_names();
    prost.compile_well_known_types();
    // Only descriptors of options use the rest, and nothing is generated for those.
    prost.extern_path(".google.protobuf", "::prost_types");
    prost.extern_path(".google.protobuf.Timestamp", "crate::Timestamp");
    tonic_prost_build::configure()
        .include_file("nsp.rs")
        .compile_fds_with_config(descriptors, prost)?;
    Ok(())
}

/// Event bodies are canonical protobuf JSON, which prost alone does not write.
fn generate_event_json(encoded: &[u8]) -> Result<(), Box<dyn Error>> {
    pbjson_build::Builder::new()
        .register_descriptors(encoded)?
        .extern_path(".google.protobuf.Timestamp", "crate::Timestamp")
        .ignore_unknown_fields()
        .build(&[".nsp.events.v1"])?;
    Ok(())
}

/// One line per method: its path, and who may call it.
fn access_table(pool: &DescriptorPool) -> Result<String, Box<dyn Error>> {
    let option = pool
        .get_extension_by_name("nsp.auth.v1.access")
        .ok_or("the option nsp.auth.v1.access is not defined")?;
    let mut table = String::from("pub static METHODS: &[Method] = &[\n");
    for service in pool.services() {
        for method in service.methods() {
            let options = method.options();
            let access = options.get_extension(&option);
            let access = access.as_message().ok_or("access is not a message")?;
            writeln!(
                table,
                "    Method {{ path: \"/{}/{}\", roles: &{:?}, services: &{:?}, signed_in: {}, fresh_factor: {} }},",
                service.full_name(),
                method.name(),
                roles(access),
                strings(access.get_field_by_name("services").as_deref()),
                is_set(access, "signed_in"),
                is_set(access, "fresh_factor"),
            )?;
        }
    }
    table.push_str("];\n");
    Ok(table)
}

fn is_set(access: &DynamicMessage, field: &str) -> bool {
    let field = access.get_field_by_name(field);
    field.and_then(|value| value.as_bool()).unwrap_or_default()
}

fn roles(access: &DynamicMessage) -> Vec<i32> {
    let field = access.get_field_by_name("roles");
    let list = field
        .as_deref()
        .and_then(Value::as_list)
        .unwrap_or_default();
    list.iter().filter_map(Value::as_enum_number).collect()
}

fn strings(value: Option<&Value>) -> Vec<String> {
    let list = value.and_then(Value::as_list).unwrap_or_default();
    list.iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// `impl Event for CaseSubmitted`, with source and subject, for every event message.
fn event_impls(pool: &DescriptorPool) -> Result<String, Box<dyn Error>> {
    let source = pool
        .get_extension_by_name("nsp.events.v1.source")
        .ok_or("the option nsp.events.v1.source is not defined")?;
    let aggregates = pool
        .get_extension_by_name("nsp.events.v1.aggregates")
        .ok_or("the option nsp.events.v1.aggregates is not defined")?;
    let mut code = String::new();
    let mut subjects = String::from("pub static SUBJECTS: &[&str] = &[\n");
    for message in pool.all_messages().filter(is_event) {
        let options = message.parent_file().options();
        let source = options.get_extension(&source);
        let source = source.as_str().filter(|source| !source.is_empty());
        let source = source.ok_or_else(|| format!("{} has no source", message.full_name()))?;
        let aggregates = strings(Some(&options.get_extension(&aggregates)));
        let subject = subject(source, &aggregates, message.name()).ok_or_else(|| {
            format!(
                "{} belongs to no aggregate of its file",
                message.full_name()
            )
        })?;
        writeln!(
            code,
            "impl Event for {} {{ const SOURCE: &str = \"{source}\"; const SUBJECT: &str = \"{subject}\"; }}",
            message.name()
        )?;
        writeln!(subjects, "    \"{subject}\",")?;
    }
    subjects.push_str("];\n");
    Ok(code + &subjects)
}

fn is_event(message: &MessageDescriptor) -> bool {
    message.package_name() == "nsp.events.v1"
        && message.parent_message().is_none()
        && !message.is_map_entry()
}

/// `CaseExpediteRequested` of `cases` goes to `nsp.cases.v1.case.expedite-requested`.
fn subject(source: &str, aggregates: &[String], event: &str) -> Option<String> {
    let aggregate = aggregates
        .iter()
        .filter(|name| event.starts_with(*name))
        .max_by_key(|name| name.len())?;
    let verb = event
        .strip_prefix(aggregate.as_str())
        .filter(|verb| !verb.is_empty())?;
    Some(format!(
        "nsp.{source}.v1.{}.{}",
        kebab(aggregate),
        kebab(verb)
    ))
}

fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.push(c.to_ascii_lowercase());
    }
    kebab
}
