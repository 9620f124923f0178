//! Profiles of the apps that are usually on a port.
