<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:output method="text"/><xsl:param name="title"/>
<xsl:template match="/"><xsl:value-of select="$title"/>: <xsl:for-each select="//order"><xsl:value-of select="@id"/>,</xsl:for-each></xsl:template>
</xsl:stylesheet>
