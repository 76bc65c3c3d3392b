static NOTES: Vec<String> = Vec::new();

pub fn add(note: String) {
    NOTES.push(note);
}
