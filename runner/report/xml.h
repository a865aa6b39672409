/* xml.h - text into XML 1.0, whatever it holds.
 *
 * Characters that XML 1.0 cannot carry, not even as references (section 2.2, Char), become
 * U+FFFD. All that is not ASCII is written as a reference: there are readers that guess the
 * encoding of a file instead of believing its first line. There are no CDATA sections, so there is
 * no "]]>" to split.
 */
#ifndef REPORT_XML_H
#define REPORT_XML_H

#include "base/buf.h"

/* Append as element content. */
void xml_text(struct buf *out, const char *text, size_t len);

/* Append ` name="text"`; NULL appends nothing. Line ends and tabs survive as references. */
void xml_attribute(struct buf *out, const char *name, const char *text);
void xml_attribute_int(struct buf *out, const char *name, long number);

#endif
