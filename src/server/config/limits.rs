//! How much one server gives. Whoever meets a limit is told so by name.

use std::num::NonZero;

use crate::server::{rate::Rate, registry::RoomLimits, relay::Quotas};

macro_rules! limits {
    ($($(#[$doc:meta])* $name:ident = $default:literal, $env:literal;)*) => {
        #[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
        #[command(next_help_heading = "Limits")]
        pub struct Limits {
            $(
                $(#[$doc])*
                #[arg(long, env = $env, value_name = "NUMBER", default_value = stringify!($default))]
                pub $name: NonZero<u32>,
            )*
        }

        impl Limits {
            /// Names and defaults, for documentation.
            pub const TABLE: &[(&str, u32)] = &[$((stringify!($name), $default)),*];
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($name: const { NonZero::new($default).unwrap() },)* }
            }
        }
    };
}

limits! {
    /// Rooms that may be open at once.
    max_rooms = 1000, "TINCAN_MAX_ROOMS";
    /// People in one room, those whose connection is lost for a moment among them.
    max_peers_per_room = 1000, "TINCAN_MAX_PEERS_PER_ROOM";
    /// People in one call, those it rings for among them.
    max_call_members = 8, "TINCAN_MAX_CALL_MEMBERS";
    /// Connections from one address (one /64 network of IPv6).
    max_connections_per_address = 200, "TINCAN_MAX_CONNECTIONS_PER_ADDRESS";
    /// Connections one address may open in a second, in the long run.
    connections_per_second = 5, "TINCAN_CONNECTIONS_PER_SECOND";
    /// Connections one address may open at once.
    connection_burst = 40, "TINCAN_CONNECTION_BURST";
    /// Messages one connection may send in a second, in the long run.
    messages_per_second = 50, "TINCAN_MESSAGES_PER_SECOND";
    /// Messages one connection may send at once after a silence.
    message_burst = 300, "TINCAN_MESSAGE_BURST";
    /// Bytes read from one connection in a second, in the long run; whoever sends more is read more slowly.
    bytes_per_second = 131072, "TINCAN_BYTES_PER_SECOND";
    /// Bytes read from one connection at once after a silence.
    byte_burst = 262144, "TINCAN_BYTE_BURST";
    /// Wrong messages one connection may send in a second, in the long run.
    mistakes_per_second = 1, "TINCAN_MISTAKES_PER_SECOND";
    /// Wrong messages one connection may send at once.
    mistake_burst = 20, "TINCAN_MISTAKE_BURST";
    /// Bytes that may wait for a connection that does not read.
    queue_bytes = 1048576, "TINCAN_QUEUE_BYTES";
    /// Allocations of the relay, of everybody together. Each has a socket.
    relay_allocations = 2000, "TINCAN_RELAY_ALLOCATIONS";
    /// Allocations of one person. A call takes some for each network of a device.
    relay_allocations_per_peer = 32, "TINCAN_RELAY_ALLOCATIONS_PER_PEER";
    /// Allocations of everybody who comes from one address; of IPv6, from one /64 network.
    relay_allocations_per_address = 256, "TINCAN_RELAY_ALLOCATIONS_PER_ADDRESS";
    /// Addresses that one allocation may reach.
    relay_permissions = 128, "TINCAN_RELAY_PERMISSIONS";
    /// Bytes relayed for one person in a second, both directions together; what is more is lost.
    relay_bytes_per_second = 2500000, "TINCAN_RELAY_BYTES_PER_SECOND";
    /// Bytes relayed for one person at once after a silence.
    relay_byte_burst = 5000000, "TINCAN_RELAY_BYTE_BURST";
}

fn size(number: NonZero<u32>) -> usize {
    usize::try_from(number.get()).unwrap_or(usize::MAX)
}

impl Limits {
    #[must_use]
    pub fn room(&self) -> RoomLimits {
        RoomLimits { peers: size(self.max_peers_per_room), call_members: size(self.max_call_members) }
    }

    #[must_use]
    pub fn rooms(&self) -> usize {
        size(self.max_rooms)
    }

    #[must_use]
    pub fn connections_per_address(&self) -> usize {
        size(self.max_connections_per_address)
    }

    #[must_use]
    pub fn connections(&self) -> Rate {
        Rate { per_second: self.connections_per_second, burst: self.connection_burst }
    }

    #[must_use]
    pub fn queue(&self) -> usize {
        size(self.queue_bytes)
    }

    #[must_use]
    pub fn messages(&self) -> Rate {
        Rate { per_second: self.messages_per_second, burst: self.message_burst }
    }

    #[must_use]
    pub fn bytes(&self) -> Rate {
        Rate { per_second: self.bytes_per_second, burst: self.byte_burst }
    }

    #[must_use]
    pub fn relay(&self) -> Quotas {
        Quotas {
            allocations: size(self.relay_allocations),
            allocations_per_peer: size(self.relay_allocations_per_peer),
            allocations_per_address: size(self.relay_allocations_per_address),
            permissions: size(self.relay_permissions),
            bytes: Rate { per_second: self.relay_bytes_per_second, burst: self.relay_byte_burst },
        }
    }

    #[must_use]
    pub fn mistakes(&self) -> Rate {
        Rate { per_second: self.mistakes_per_second, burst: self.mistake_burst }
    }
}
