/**
 * What is a valid line, a whole file, and what its times tell. Reads rows as JSON, which the
 * collector never does.
 */
@NullMarked
package cis490.hostproc.check;

import org.jspecify.annotations.NullMarked;
