//! What `observe` says of objects, case by case.

mod cluster;
mod drift;
mod fixtures;
mod hostile;
mod ingress;
mod order;
mod service;
mod signs;
mod time;
