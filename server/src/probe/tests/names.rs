//! S-06: a name is looked up once, and what it leads to is looked at.

use super::super::outcome::Outcome;
use super::{Names, Prober, Rules, target};

async fn checked(names: &std::sync::Arc<Names>, at: &str) -> Outcome {
    Prober::new(Rules::default(), names.clone()).check(&target(at)).await
}

#[tokio::test]
async fn a_name_that_turns_to_this_machine_is_looked_up_once() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    // TEST-NET-1: nobody is there, so the check ends without an answer.
    let names = Names::answering(&[&["192.0.2.1"], &["127.0.0.1"]]);
    let outcome = checked(&names, &format!("http://lb.example:{port}/")).await;
    assert!(
        matches!(outcome, Outcome::TimedOut(_) | Outcome::NoWay(_) | Outcome::Refused),
        "{outcome:?}"
    );
    assert_eq!(names.asked(), 1);
    // The second check gets the other answer, and forbids it.
    let outcome = checked(&names, &format!("http://lb.example:{port}/")).await;
    assert!(matches!(outcome, Outcome::Forbidden(_)), "{outcome:?}");
    let visit = tokio::time::timeout(std::time::Duration::from_millis(100), listener.accept());
    assert!(visit.await.is_err(), "this machine was visited");
}

#[tokio::test]
async fn one_forbidden_address_of_a_name_forbids_them_all() {
    for bad in ["169.254.169.254", "127.0.0.1", "::ffff:169.254.169.254", "fd00:ec2::254"] {
        let names = Names::answering(&[&["203.0.113.7", bad]]);
        let outcome = checked(&names, "http://lb.example/").await;
        assert!(matches!(outcome, Outcome::Forbidden(_)), "{bad}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_name_without_an_address_is_told_as_such() {
    assert_eq!(checked(&Names::answering(&[&[]]), "http://lb.example/").await, Outcome::NoSuchName);
    assert_eq!(checked(&Names::answering(&[]), "http://lb.example/").await, Outcome::NoSuchName);
}
