#pragma once

/// Sends 64 bytes to another process and gets them back, so many times, over a pair of Unix stream sockets.
///
/// - Parameter processor: The one that the other process is kept on.
/// - Returns: How long that took, in seconds; negative if the host refused something.
double round_trips(int count, int processor);
