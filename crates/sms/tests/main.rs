//! Text messages: what they say, and how they leave.

mod callbacks;
mod outside;
mod render;
mod settings;
mod support;
mod twilio;
mod webhook;
mod whole;
