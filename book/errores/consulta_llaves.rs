pub fn page(name: &str) -> String {
    format!("<style>h1 { color: teal }</style><h1>Hola, {name}</h1>")
}
