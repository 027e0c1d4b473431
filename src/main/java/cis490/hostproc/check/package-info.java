/**
 * What is a valid line, a whole file, and what its times tell. Reads rows as JSON, which the
 * collector never does.
 */
package cis490.hostproc.check;
