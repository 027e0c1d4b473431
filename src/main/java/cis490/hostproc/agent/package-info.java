/**
 * One process that records all guests of a host: its configuration, and what it tells the service
 * manager. Prints nothing.
 */
@NullMarked
package cis490.hostproc.agent;

import org.jspecify.annotations.NullMarked;
