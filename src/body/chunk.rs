//! Un trozo del cuerpo.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::guarded::Guarded;

/// Un trozo del cuerpo: bytes fijos del programa, propios, compartidos o de otro.
///
/// Los fijos (`&'static str`, `&'static [u8]`) y los compartidos (`Arc<str>`, `Arc<[u8]>`) no se copian al
/// hacer el trozo ni al clonarlo: una página que se arma una vez se responde mil sin copiarla.
///
/// # Examples
///
/// ```
/// use pasarela::Chunk;
///
/// let year = Chunk::from("año");
/// assert_eq!(year.len(), 4); // Bytes: la «ñ» ocupa dos.
/// assert_eq!(year, Chunk::from(vec![b'a', 0xC3, 0xB1, b'o']));
/// assert_eq!(std::str::from_utf8(year.as_bytes())?, "año");
/// assert!(Chunk::from("").is_empty());
/// # Ok::<(), pasarela::Error>(())
/// ```
///
/// Una página compartida:
///
/// ```
/// use pasarela::{Body, Environ, Result, StartResponse};
/// use std::sync::{Arc, LazyLock};
///
/// static PAGE: LazyLock<Arc<str>> = LazyLock::new(|| "Hola, ".repeat(1000).into());
///
/// fn application(_: &mut Environ, start_response: StartResponse) -> Result<Body> {
///     start_response("200 OK", &[("Content-Type", "text/plain; charset=utf-8")])?;
///     Ok(Body::from(PAGE.clone()))
/// }
/// # assert_eq!(pasarela::testing::get("/").call(&application).bytes().len(), 6000);
/// ```
#[derive(Clone)]
pub struct Chunk(Bytes);

#[derive(Clone)]
enum Bytes {
    Fixed(&'static [u8]),
    Owned(Vec<u8>),
    Shared(Arc<[u8]>),
    Kept(Arc<dyn AsRef<[u8]> + Send + Sync>),
}

impl Chunk {
    /// Los bytes de `owner`, donde están: no se copian al hacer el trozo ni al clonarlo, y `owner` se suelta
    /// con el último. Así se responde lo que guarda otro: un archivo en memoria, el objeto de otro lenguaje.
    ///
    /// Debe dar siempre los mismos, y a cualquier hilo. Se suelta donde se terminen de enviar, y eso no debería
    /// tardar.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::Chunk;
    ///
    /// /// Una página de muchas, guardadas juntas.
    /// struct Page(&'static str, usize);
    ///
    /// impl AsRef<[u8]> for Page {
    ///     fn as_ref(&self) -> &[u8] {
    ///         self.0.lines().nth(self.1).unwrap_or_default().as_bytes()
    ///     }
    /// }
    ///
    /// let chunk = Chunk::from_owner(Page("uno\ndos\ntres", 1));
    /// assert_eq!(chunk, Chunk::from("dos"));
    /// ```
    pub fn from_owner(owner: impl AsRef<[u8]> + Send + Sync + 'static) -> Self {
        Self(Bytes::Kept(Arc::new(Owner(Guarded::new(owner)))))
    }

    /// Los bytes del trozo.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Bytes::Fixed(bytes) => bytes,
            Bytes::Owned(bytes) => bytes,
            Bytes::Shared(bytes) => bytes,
            Bytes::Kept(owner) => (**owner).as_ref(),
        }
    }

    /// Los bytes, para quedarse con ellos: los propios no se copian.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::Chunk;
    ///
    /// assert_eq!(Chunk::from("año").into_vec(), b"a\xC3\xB1o");
    /// ```
    pub fn into_vec(self) -> Vec<u8> {
        match self.0 {
            Bytes::Owned(bytes) => bytes,
            Bytes::Fixed(bytes) => bytes.to_vec(),
            Bytes::Shared(bytes) => bytes.to_vec(),
            Bytes::Kept(owner) => (*owner).as_ref().to_vec(),
        }
    }

    /// Cuántos bytes tiene.
    pub fn len(&self) -> usize {
        self.as_bytes().len()
    }

    /// Si no tiene ninguno.
    pub fn is_empty(&self) -> bool {
        self.as_bytes().is_empty()
    }
}

/// El dueño de unos bytes. Un pánico al soltarlo se queda en él.
struct Owner<T>(Guarded<T>);

impl<T: AsRef<[u8]>> AsRef<[u8]> for Owner<T> {
    fn as_ref(&self) -> &[u8] {
        (*self.0).as_ref()
    }
}

/// Dos trozos son iguales si lo son sus bytes, sin importar de quién sean.
impl PartialEq for Chunk {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Chunk {}

impl AsRef<[u8]> for Chunk {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl From<&'static str> for Chunk {
    fn from(text: &'static str) -> Self {
        Self(Bytes::Fixed(text.as_bytes()))
    }
}

impl From<&'static [u8]> for Chunk {
    fn from(bytes: &'static [u8]) -> Self {
        Self(Bytes::Fixed(bytes))
    }
}

impl<const N: usize> From<&'static [u8; N]> for Chunk {
    fn from(bytes: &'static [u8; N]) -> Self {
        Self(Bytes::Fixed(bytes))
    }
}

impl From<String> for Chunk {
    fn from(text: String) -> Self {
        Self(Bytes::Owned(text.into_bytes()))
    }
}

impl From<Vec<u8>> for Chunk {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Bytes::Owned(bytes))
    }
}

// Una para cada familia: así al compilador le cabe la lista entera cuando alguien da otra cosa.

/// `Arc<[u8]>` y `Arc<str>`.
impl<B: ?Sized> From<Arc<B>> for Chunk
where
    Arc<[u8]>: From<Arc<B>>,
{
    fn from(bytes: Arc<B>) -> Self {
        Self(Bytes::Shared(bytes.into()))
    }
}

impl From<Box<[u8]>> for Chunk {
    fn from(bytes: Box<[u8]>) -> Self {
        Self::from(bytes.into_vec())
    }
}

/// `Cow<'static, str>` y `Cow<'static, [u8]>`.
impl<B: ?Sized + ToOwned> From<Cow<'static, B>> for Chunk
where
    &'static B: Into<Chunk>,
    B::Owned: Into<Chunk>,
{
    fn from(bytes: Cow<'static, B>) -> Self {
        match bytes {
            Cow::Borrowed(bytes) => bytes.into(),
            Cow::Owned(bytes) => bytes.into(),
        }
    }
}

impl fmt::Debug for Chunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Chunk({:?})", String::from_utf8_lossy(self.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::{assert_eq, assert_ne};

    /// Un trozo, y dónde estaban sus bytes.
    #[track_caller]
    fn check_same<T: AsRef<[u8]> + Into<Chunk>>(value: T) {
        let (place, bytes) = (value.as_ref().as_ptr(), value.as_ref().to_vec());
        let chunk = value.into();
        assert_eq!((chunk.as_bytes().as_ptr(), chunk.as_bytes()), (place, &bytes[..]));
    }

    #[test]
    fn hacer_un_trozo_no_copia_sus_bytes() {
        check_same("ñ");
        check_same(b"abc");
        check_same(String::from("ñ"));
        check_same(vec![1, 2, 3]);
        check_same(Box::<[u8]>::from([1, 2, 3]));
        check_same(Cow::Borrowed(&[1, 2, 3][..]));
        check_same(Cow::<[u8]>::Owned(vec![1, 2, 3]));
        check_same(Arc::<[u8]>::from([1, 2, 3]));
        let (text, shared) = (Cow::from(String::from("ñ")), Arc::<str>::from("ñ"));
        let places = [text.as_ptr(), shared.as_ptr()];
        let chunks = [Chunk::from(text), Chunk::from(shared)];
        assert_eq!(chunks.each_ref().map(|chunk| chunk.as_bytes().as_ptr()), places);
    }

    #[test]
    fn clonar_uno_compartido_no_lo_copia_y_sacarle_lo_suyo_tampoco() {
        let page = Arc::<[u8]>::from([1, 2, 3]);
        let chunk = Chunk::from(page.clone());
        assert_eq!(chunk.clone().as_bytes().as_ptr(), page.as_ptr());
        assert_eq!((Arc::strong_count(&page), chunk.into_vec()), (2, vec![1, 2, 3]));
        let owned = vec![1, 2, 3];
        let place = owned.as_ptr();
        let kept = Chunk::from(owned).into_vec();
        assert_eq!(kept.as_ptr(), place);
        assert_eq!(size_of::<Chunk>(), size_of::<Vec<u8>>());
    }

    /// Unos bytes que dicen cuándo se sueltan, y lo hacen mal.
    struct Loud {
        bytes: Vec<u8>,
        _alive: Arc<()>,
    }

    impl AsRef<[u8]> for Loud {
        fn as_ref(&self) -> &[u8] {
            &self.bytes
        }
    }

    impl Drop for Loud {
        fn drop(&mut self) {
            panic!("adrede");
        }
    }

    #[test]
    fn los_de_otro_no_se_copian_y_se_sueltan_con_el_ultimo() {
        let (bytes, alive) = (vec![1, 2, 3], Arc::new(()));
        let place = bytes.as_ptr();
        let chunk = Chunk::from_owner(Loud { bytes, _alive: alive.clone() });
        let another = chunk.clone();
        assert_eq!([&chunk, &another].map(|chunk| chunk.as_bytes().as_ptr()), [place; 2]);
        drop(chunk);
        assert_eq!(Arc::strong_count(&alive), 2);
        assert_eq!((another.into_vec(), Arc::strong_count(&alive)), (vec![1, 2, 3], 1));
    }

    #[test]
    fn un_trozo_es_igual_a_otro_con_sus_bytes() {
        assert_eq!(Chunk::from("hola"), Chunk::from(String::from("hola")));
        assert_ne!(Chunk::from("hola"), Chunk::from("ola"));
    }
}
