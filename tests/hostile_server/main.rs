//! A server that means ill, against our client: it hangs for ever on nothing, holds no more memory than it says, puts
//! nothing raw on the screen, and loses no word that was not acknowledged.

mod evil;
mod disk;
mod memory;
mod nonsense;
mod prompt;
mod screen;
