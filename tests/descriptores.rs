//! Los archivos cuando el proceso no puede abrir más: es un fallo que se anota, y no que no estén. Está sola,
//! porque el límite es de todo el proceso.

#[cfg(unix)]
mod comun;

#[cfg(unix)]
#[test]
fn sin_descriptores_un_archivo_no_desaparece() {
    use std::fs::{self, File};
    use std::os::unix::fs::symlink;

    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    use pasarela::static_files::StaticFiles;
    use pasarela::testing;
    use pretty_assertions::assert_eq;

    let folder = comun::Folder::new("descriptores");
    fs::create_dir(folder.join("sub")).expect("se crea");
    fs::write(folder.join("sub/index.html"), "portada").expect("se escribe");
    fs::write(folder.join("a.txt"), "hola").expect("se escribe");
    symlink(folder.join("a.txt"), folder.join("enlace")).expect("se enlaza");
    fs::create_dir(folder.join("lista")).expect("se crea");
    let files = StaticFiles::new(folder.path()).with_listing().with_precompressed();

    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("hay un límite");
    setrlimit(Resource::RLIMIT_NOFILE, 64, hard).expect("se puede bajar");
    let mut held: Vec<File> = Vec::new();
    while let Ok(file) = File::open("/dev/null") {
        held.push(file);
    }
    let targets = ["/a.txt", "/sub/", "/enlace", "/lista/", "/nada"];
    // Con cada descriptor que se suelta se llega un poco más lejos, y nunca a un 404 de lo que está.
    let mut served = 0;
    for _ in 0..8 {
        for target in targets {
            let response = testing::get(target).call(&files);
            match response.code() {
                500 => {
                    let noted = response.errors();
                    let start = format!("pasarela: \"GET {target}\": ");
                    // EMFILE es el 24 en todos los Unix.
                    assert!(
                        noted.starts_with(&start) && noted.ends_with("(os error 24)\n"),
                        "{noted}"
                    );
                }
                404 => assert_eq!(target, "/nada"),
                code => {
                    served += 1;
                    assert_eq!(code, 200, "{target}");
                }
            }
        }
        held.pop();
    }
    assert!(served >= 4, "{served}");
}
