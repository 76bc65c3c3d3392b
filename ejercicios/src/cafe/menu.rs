//! Lo que se vende.

/// Un producto del menú.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Product {
    /// Su nombre, que también lo distingue de los demás.
    pub name: &'static str,
    /// Cuánto cuesta, en pesos.
    pub price: u32,
}

/// Lo que hay hoy, en el orden en que se muestra.
pub const MENU: [Product; 6] = [
    Product { name: "Café de olla", price: 35 },
    Product { name: "Café con leche", price: 40 },
    Product { name: "Té de manzanilla", price: 28 },
    Product { name: "Pan dulce", price: 18 },
    Product { name: "Pan de elote", price: 32 },
    Product { name: "Fruta de temporada", price: 45 },
];

/// El producto que se llama así, si lo hay: `cafe::find("pan dulce")` lo encuentra; `cafe::find("pan")`,
/// no. No importan las mayúsculas.
pub fn find(name: &str) -> Option<Product> {
    MENU.into_iter().find(|product| product.name.to_lowercase() == name.to_lowercase())
}

/// Los productos que tienen ese texto en su nombre, en el orden del menú: con `cafe::search("pan")` salen
/// dos.
pub fn search(text: &str) -> Vec<Product> {
    let wanted = text.to_lowercase();
    MENU.into_iter().filter(|product| product.name.to_lowercase().contains(&wanted)).collect()
}
