mod cap01_uno;
mod cap02_dos;
